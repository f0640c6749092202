/* scheduler.h - the scheduler lab's contract: a workload goes in, the schedule that a policy makes of it comes out.
 *
 * A deterministic simulator over whole ticks: the same workload and options always give the same schedule. Every
 * function reports an error as -1 with errno set; none prints (but schedule_print_gantt, to the stream it is given),
 * none exits, none keeps anything between two calls. The clauses behind each sentence are in spec/scheduler.md.
 *
 * Units: every int64_t that is not an id or a count is ticks. Time starts at tick 0. "At time t" is the instant
 * before tick t runs: a slice from 2 to 5 covers the ticks 2, 3 and 4.
 */
#ifndef TIMESLICE_SCHEDULER_H
#define TIMESLICE_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The most levels that MLFQ may have. */
#define SCHED_LEVELS_MAX 64

/* One job: it arrives, computes, waits for I/O, computes ... and ends with its last CPU burst. */
struct sched_job {
    int64_t id;         /* 0 or more; no two jobs of a workload share one */
    int64_t arrival;    /* 0 or more */
    int64_t *bursts;    /* CPU, I/O, CPU, ... in turn; each at least 1 */
    size_t burst_count; /* odd */
};

/* Jobs, in any order: neither ids nor arrivals need to be sorted. No jobs at all is a workload too. */
struct workload {
    struct sched_job *jobs;
    size_t job_count;
};

enum sched_policy {
    POLICY_FCFS, /* first come, first served */
    POLICY_SJF,  /* shortest next CPU burst first, not preemptive */
    POLICY_HRRN, /* highest response ratio next, not preemptive */
    POLICY_RR,   /* round robin */
    POLICY_MLFQ  /* multi-level feedback queue */
};

/* In which order the events of one instant count (spec/scheduler.md, "One instant"). */
enum sched_ties {
    SCHED_TIES_TEXTBOOK, /* ends of bursts, I/O completions, arrivals, expired quanta, boost, dispatch */
    SCHED_TIES_OSTEP     /* ends of bursts, expired quanta, boost, arrivals, I/O completions, dispatch */
};

/* How to schedule. A field that the policy does not use is not looked at. */
struct sched_options {
    enum sched_policy policy;
    enum sched_ties ties;
    int cpus;                         /* 1 to INT_MAX: those beyond the number of jobs stay idle */
    bool serial;                      /* multiprogramming off: a job holds its CPU from its first burst to its last */
    int64_t switch_cost;              /* ticks that a CPU spends to take up another job; 0 or more */
    int64_t quantum;                  /* RR: at least 1 */
    int64_t levels[SCHED_LEVELS_MAX]; /* MLFQ: the quantum of each level from the top; each at least 1 */
    int level_count;                  /* MLFQ: 1 to SCHED_LEVELS_MAX */
    int64_t boost;                    /* MLFQ: every so many ticks all jobs go to level 0; 0: never. If not 0, then
                                         more than switch_cost */
};

/* A job on a CPU from start to end (start < end). Two slices of one job are never merged, not even where the second
 * follows the first without a gap. */
struct sched_slice {
    int64_t job; /* its id */
    int cpu;     /* from 0 */
    int level;   /* MLFQ: the level it ran at, from 0; otherwise 0 */
    int64_t start;
    int64_t end;
};

/* A CPU taking up a job from start to end (start < end). It is no part of any slice. */
struct sched_switch {
    int64_t job; /* the job to be taken up */
    int cpu;
    int64_t start;
    int64_t end; /* start + switch_cost, or earlier where it was abandoned */
};

enum sched_state { SCHED_NEW, SCHED_READY, SCHED_RUNNING, SCHED_BLOCKED, SCHED_ENDED };

/* One change of state of one job. */
struct sched_change {
    int64_t time;
    int64_t job; /* its id */
    enum sched_state from;
    enum sched_state to;
};

/* numerator / denominator in lowest terms; the denominator is at least 1, and 1 where the numerator is 0. */
struct sched_fraction {
    int64_t numerator;
    int64_t denominator;
};

/* What the schedule meant for one job. */
struct sched_figures {
    int64_t id;
    int64_t arrival;
    int64_t completion;             /* the end of its last CPU burst */
    int64_t turnaround;             /* completion - arrival */
    int64_t waiting;                /* turnaround - cpu - io: context switches are waiting too */
    int64_t response;               /* start of its first slice - arrival */
    int64_t cpu;                    /* the sum of its CPU bursts */
    int64_t io;                     /* the sum of its I/O bursts */
    struct sched_fraction weighted; /* turnaround / cpu */
};

/* What the schedule meant for the machine. busy + switching + idle == cpus * makespan. */
struct sched_totals {
    int64_t makespan;    /* the last completion, counted from tick 0; 0 without jobs */
    int64_t busy;        /* ticks of slices, over all CPUs */
    int64_t switching;   /* ticks of context switches, over all CPUs */
    int64_t idle;        /* the other ticks from 0 to makespan, over all CPUs */
    int64_t dispatches;  /* slices */
    int64_t preemptions; /* changes from running to ready, by an expired quantum, a job above or a boost */
    int64_t turnaround;  /* the sum over the jobs, as are the next two */
    int64_t waiting;
    int64_t response;
};

/* A schedule. An array of no elements may be NULL. */
struct schedule {
    int cpus;
    struct sched_slice *slices; /* by start, then by cpu */
    size_t slice_count;
    struct sched_switch *switches; /* by start, then by cpu */
    size_t switch_count;
    struct sched_change *states; /* as they happen: by time, then in the order of one instant */
    size_t state_count;
    struct sched_figures *jobs; /* jobs[i] is about the workload's jobs[i] */
    size_t job_count;
    struct sched_totals totals;
};

/* Where and why a workload file cannot be read. */
struct parse_error {
    size_t line;       /* from 1; 0 where the failure is not about the text (ENOMEM, an error of the stream) */
    size_t column;     /* from 1, in bytes */
    char found[64];    /* what stands there: 'x' in quotes, or "end of line" or "end of file" */
    char expected[64]; /* what should stand there, in words */
};

/* Makes the schedule of *w under *o in *out, which needs no initial value; schedule_free releases it. *w is not
 * changed and not needed afterwards. Returns 0. Errors, each of which leaves *out all zero: EINVAL an option or a job
 * is not as described above; ERANGE a time, a sum or a figure exceeds INT64_MAX; ENOMEM. */
int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out);

/* Releases what *s holds and sets it to all zero. An all-zero schedule holds nothing; s may be NULL. */
void schedule_free(struct schedule *s);

/* Draws s as boxes with the times below, one row for each CPU (spec/scheduler.md, "The Gantt chart"). It looks at cpus,
 * slices, switches and totals.makespan alone. Returns 0. Errors: those of writing to out, which it flushes. */
int schedule_print_gantt(const struct schedule *s, FILE *out);

/* Reads a workload file (spec/scheduler.md, "Workload files") from in to its end. *out needs no initial value;
 * workload_free releases it. err may be NULL. Returns 0. Errors, each of which leaves *out all zero: EINVAL the text is
 * not a workload, and *err says where and why; ERANGE a number in it exceeds INT64_MAX, and *err says where; ENOMEM and
 * the errors of reading in, with line 0 in *err. */
int workload_read(FILE *in, struct workload *out, struct parse_error *err);

/* Releases a workload that workload_read made and sets it to all zero. An all-zero workload holds nothing; w may be
 * NULL. */
void workload_free(struct workload *w);

#endif
