/* scheduler.h - the contract of the scheduler lab: a workload goes in, and its schedule under a policy comes out.
 *
 * The simulator is deterministic and counts whole ticks. The same workload and options always give the same schedule.
 * A function that fails returns -1 and sets errno. No function prints, except schedule_print_gantt, which writes to
 * its stream. No function exits or keeps anything between two calls. The clauses are in spec/scheduler.md.
 *
 * Units: every int64_t is a number of ticks, unless it is an id or a count. Time starts at tick 0. "At time t" is the
 * instant before tick t runs. A slice from 2 to 5 covers the ticks 2, 3 and 4.
 */
#ifndef TIMESLICE_SCHEDULER_H
#define TIMESLICE_SCHEDULER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The greatest number of levels of MLFQ. */
#define SCHED_LEVELS_MAX 64

/* One job. It arrives, computes, waits for I/O, computes ... and ends with its last CPU burst. */
struct sched_job {
    int64_t id;         /* 0 or more; no two jobs of a workload have the same id */
    int64_t arrival;    /* 0 or more */
    int64_t *bursts;    /* CPU, I/O, CPU, ... in turn; each at least 1 */
    size_t burst_count; /* odd */
};

/* Jobs, in any order. Ids and arrivals need not be sorted. A workload may have no jobs. */
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

/* The order of the events of one instant (spec/scheduler.md, "One instant"). */
enum sched_ties {
    SCHED_TIES_TEXTBOOK, /* ends of bursts, I/O completions, arrivals, expired quanta, boost, dispatch */
    SCHED_TIES_OSTEP     /* ends of bursts, expired quanta, boost, arrivals, I/O completions, dispatch */
};

/* How to schedule. A field that the policy does not use is not checked. */
struct sched_options {
    enum sched_policy policy;
    enum sched_ties ties;
    int cpus;                         /* 1 to INT_MAX; if there are more CPUs than jobs, the rest stay idle */
    bool serial;                      /* no multiprogramming: a job holds its CPU from its first burst to its last */
    int64_t switch_cost;              /* ticks that a CPU spends to change to another job; 0 or more */
    int64_t quantum;                  /* RR: at least 1 */
    int64_t levels[SCHED_LEVELS_MAX]; /* MLFQ: the quantum of each level from the top; each at least 1 */
    int level_count;                  /* MLFQ: 1 to SCHED_LEVELS_MAX */
    int64_t boost;                    /* MLFQ: all jobs go to level 0 at each multiple of this; 0: never. It is 0 or
                                         more than switch_cost */
};

/* A job on a CPU from start to end (start < end). Two slices of one job are never merged, even if the second follows
 * the first without a gap. */
struct sched_slice {
    int64_t job; /* its id */
    int cpu;     /* from 0 */
    int level;   /* MLFQ: the level at which it ran, from 0; otherwise 0 */
    int64_t start;
    int64_t end;
};

/* A CPU changes to a job, from start to end (start < end). This time is not part of any slice. */
struct sched_switch {
    int64_t job; /* the id of the new job */
    int cpu;
    int64_t start;
    int64_t end; /* start + switch_cost, or earlier if it was abandoned */
};

enum sched_state { SCHED_NEW, SCHED_READY, SCHED_RUNNING, SCHED_BLOCKED, SCHED_ENDED };

/* One change of state of one job. */
struct sched_change {
    int64_t time;
    int64_t job; /* its id */
    enum sched_state from;
    enum sched_state to;
};

/* numerator / denominator in lowest terms. The denominator is at least 1. If the numerator is 0, it is 1. */
struct sched_fraction {
    int64_t numerator;
    int64_t denominator;
};

/* The figures of one job. */
struct sched_figures {
    int64_t id;
    int64_t arrival;
    int64_t completion;             /* the end of its last CPU burst */
    int64_t turnaround;             /* completion - arrival */
    int64_t waiting;                /* turnaround - cpu - io: this includes context switches */
    int64_t response;               /* start of its first slice - arrival */
    int64_t cpu;                    /* the sum of its CPU bursts */
    int64_t io;                     /* the sum of its I/O bursts */
    struct sched_fraction weighted; /* turnaround / cpu */
};

/* The figures of the whole schedule. busy + switching + idle == cpus * makespan. */
struct sched_totals {
    int64_t makespan;    /* the last completion, counted from tick 0; 0 without jobs */
    int64_t busy;        /* ticks of slices, over all CPUs */
    int64_t switching;   /* ticks of context switches, over all CPUs */
    int64_t idle;        /* all other ticks from 0 to makespan, over all CPUs */
    int64_t dispatches;  /* the number of slices */
    int64_t preemptions; /* changes from running to ready: an expired quantum, a preemption or a boost */
    int64_t turnaround;  /* the sum over all jobs; the next two are sums too */
    int64_t waiting;
    int64_t response;
};

/* A schedule. An array without elements may be NULL. */
struct schedule {
    int cpus;
    struct sched_slice *slices; /* by start, then by cpu */
    size_t slice_count;
    struct sched_switch *switches; /* by start, then by cpu */
    size_t switch_count;
    struct sched_change *states; /* by time, then in the order of the steps of the instant */
    size_t state_count;
    struct sched_figures *jobs; /* jobs[i] belongs to jobs[i] of the workload */
    size_t job_count;
    struct sched_totals totals;
};

/* Where the text of a workload file is wrong, and why. */
struct parse_error {
    size_t line;       /* from 1; 0 if the error is not about the text (ENOMEM, an error of the stream) */
    size_t column;     /* from 1, in bytes */
    char found[64];    /* what stands there: 'x' in quotes, or "end of line" or "end of file" */
    char expected[64]; /* what should stand there, in words */
};

/* Makes the schedule of the workload *w under the options *o. Puts it in *out, which needs no initial value. Use
 * schedule_free to free it. The function does not change *w, and the schedule does not need *w later. Returns 0. After
 * an error *out is all zero. Errors:
 * - EINVAL: an option or a job is not as described above.
 * - ERANGE: a time, a sum or a figure is above INT64_MAX.
 * - ENOMEM. */
int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out);

/* Frees what *s holds and sets *s to all zero. An all-zero schedule holds nothing. s may be NULL. */
void schedule_free(struct schedule *s);

/* Draws s as boxes with the times below, two lines for each CPU (spec/scheduler.md, "The Gantt chart"). It uses only
 * cpus, slices, switches and totals.makespan. It flushes out. Returns 0. Errors: those of writing to out. */
int schedule_print_gantt(const struct schedule *s, FILE *out);

/* Reads a workload file (spec/scheduler.md, "Workload files") from in, to its end. Puts it in *out, which needs
 * no initial value. Use workload_free to free it. The argument err may be NULL. Returns 0. After an error *out is all
 * zero. Errors:
 * - EINVAL: the text is not a workload. *err says where and why.
 * - ERANGE: a number is above INT64_MAX. *err says where.
 * - ENOMEM, and the errors of reading in. The line in *err is 0. */
int workload_read(FILE *in, struct workload *out, struct parse_error *err);

/* Frees a workload that workload_read made, and sets *w to all zero. An all-zero workload holds nothing. w may be
 * NULL. */
void workload_free(struct workload *w);

#endif
