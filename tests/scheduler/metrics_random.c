/* metrics_random.c - the figures of random workloads, computed again from the slices and switches of the schedule. So a
 * schedule with a mistake has the right figures if they belong to it. */
#include "support/schedule/every_workload.h"

static const struct shape WITH_IO = {.jobs = 7, .arrival = 20, .burst = 6, .io = 6, .ios = 3};

#define ALL_KINDS                                                                                                      \
    "FCFS;SJF cpus 2;HRRN ostep;RR ?;RR ? cpus 3;MLFQ ?,?;MLFQ ?,?,? boost ! cpus 2;MLFQ ?,? boost ! cost 2;RR ? "     \
    "cost 1;"                                                                                                          \
    "SJF serial cpus 2;FCFS serial cost 1;MLFQ ?,? boost 5 cost 3 cpus 2;FCFS cpus 4;FCFS cpus 2"

/* Times of more than 32 bits. */
static const struct shape LONG = {.jobs = 6, .arrival = 200, .burst = 4000000000, .io = 4000000000, .ios = 2};

#define LONG_KINDS "FCFS;SJF cpus 2;HRRN;FCFS cost 4000000001;FCFS serial cpus 2;MLFQ 5000000000,7000000000"

/* What the slices of a job say. */
struct facts {
    int64_t first, last, cpu, io;
};

static struct facts facts_of(const struct sched_job *job, const struct schedule *s) {
    struct facts f = {-1, -1, 0, 0};
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_slice *slice = &s->slices[i];
        if (slice->job != job->id)
            continue;
        if (f.first < 0 || slice->start < f.first)
            f.first = slice->start;
        if (slice->end > f.last)
            f.last = slice->end;
    }
    for (size_t b = 0; b < job->burst_count; b++)
        *(b % 2 ? &f.io : &f.cpu) += job->bursts[b];
    return f;
}

#define EACH_JOB(name, condition, text)                                                                                \
    static const char *name(const struct workload *w, const struct sched_options *o, const struct schedule *s) {       \
        (void)o;                                                                                                       \
        if (s->job_count != w->job_count || !s->jobs)                                                                  \
            return "there is not one element of jobs for each job";                                                    \
        for (size_t i = 0; i < w->job_count; i++) {                                                                    \
            const struct sched_job *job = &w->jobs[i];                                                                 \
            const struct sched_figures *got = &s->jobs[i];                                                             \
            struct facts f = facts_of(job, s);                                                                         \
            (void)job, (void)f;                                                                                        \
            if (!(condition))                                                                                          \
                return text;                                                                                           \
        }                                                                                                              \
        return NULL;                                                                                                   \
    }

static bool in_lowest_terms(struct sched_fraction f, int64_t numerator, int64_t denominator) {
    int64_t a = numerator, b = denominator;
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return f.numerator == numerator / a && f.denominator == denominator / a;
}

EACH_JOB(completions,
         got->id == job->id && got->arrival == job->arrival && got->completion == f.last &&
             got->turnaround == f.last - job->arrival,
         "id, arrival, completion or turnaround of a job do not agree with its slices")
EACH_JOB(waiting,
         got->cpu == f.cpu && got->io == f.io &&
             (got->waiting == f.last - job->arrival - f.cpu - f.io || got->waiting == got->turnaround - f.cpu - f.io),
         "cpu, io or waiting of a job do not agree with its bursts and slices")
EACH_JOB(responses, got->response == f.first - job->arrival,
         "the response of a job does not agree with its first slice")
EACH_JOB(weighted,
         in_lowest_terms(got->weighted, f.last - job->arrival, f.cpu) ||
             in_lowest_terms(got->weighted, got->turnaround, f.cpu),
         "the weighted turnaround of a job is not turnaround / cpu in lowest terms")

Test(sched_figures, always_tell_completion_and_turnaround, .timeout = 5,
     .description = "SCH-MET-001: random workloads under all policies and options") {
    expect_for_every_workload(completions, ALL_KINDS, WITH_IO, 500);
    expect_for_every_workload(completions, LONG_KINDS, LONG, 100);
}

Test(sched_figures, always_tell_waiting, .timeout = 5,
     .description = "SCH-MET-002 SCH-MET-002a: random workloads under all policies and options") {
    expect_for_every_workload(waiting, ALL_KINDS, WITH_IO, 500);
    expect_for_every_workload(waiting, LONG_KINDS, LONG, 100);
}

Test(sched_figures, always_tell_the_response, .timeout = 5,
     .description = "SCH-MET-003 SCH-MET-003a: random workloads under all policies and options") {
    expect_for_every_workload(responses, ALL_KINDS, WITH_IO, 500);
    expect_for_every_workload(responses, LONG_KINDS, LONG, 100);
}

Test(sched_figures, always_tell_the_weighted_turnaround, .timeout = 5,
     .description = "SCH-MET-004 SCH-MET-004a: random workloads under all policies and options") {
    expect_for_every_workload(weighted, ALL_KINDS, WITH_IO, 500);
    expect_for_every_workload(weighted, LONG_KINDS, LONG, 100);
}

static const char *ticks_of_all_cpus(const struct workload *w, const struct sched_options *o,
                                     const struct schedule *s) {
    int64_t makespan = 0, busy = 0, switching = 0;
    (void)w;
    for (size_t i = 0; i < s->slice_count; i++) {
        busy += s->slices[i].end - s->slices[i].start;
        makespan = s->slices[i].end > makespan ? s->slices[i].end : makespan;
    }
    for (size_t i = 0; i < s->switch_count; i++)
        switching += s->switches[i].end - s->switches[i].start;
    if (s->totals.makespan != makespan)
        return "totals.makespan is not the end of the last slice to end";
    if (s->totals.busy != busy)
        return "totals.busy is not the sum of the slices";
    if (s->totals.idle != o->cpus * makespan - busy - switching)
        return "totals.idle is not cpus * makespan - busy - switching";
    return s->totals.switching == switching ? NULL : "totals.switching is not the sum of the switches";
}

Test(sched_totals, always_account_for_all_ticks, .timeout = 5,
     .description = "SCH-MET-005 SCH-MET-005a SCH-MET-005b: random workloads, also with abandoned switches") {
    struct schedule s;
    expect_int(run_texts("FCFS cpus 2", "A(0,9) B(0,1)", &s), 0, "two jobs on two CPUs");
    expect_int(s.totals.makespan, 9, "makespan: the job that began last ends first");
    schedule_free(&s);
    expect_for_every_workload(ticks_of_all_cpus, ALL_KINDS ";MLFQ ?,90 cost 3", WITH_IO, 800);
    expect_for_every_workload(ticks_of_all_cpus, LONG_KINDS, LONG, 100);
}

static const char *counts(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    int64_t lost = 0;
    (void)w, (void)o;
    for (size_t i = 0; i < s->state_count; i++)
        lost += s->states[i].from == SCHED_RUNNING && s->states[i].to == SCHED_READY;
    if (s->totals.dispatches != (int64_t)s->slice_count)
        return "totals.dispatches is not the number of slices";
    return s->totals.preemptions == lost ? NULL : "totals.preemptions is not the number of changes running-ready";
}

Test(sched_totals, always_count_dispatches_and_preemptions, .timeout = 5,
     .description = "SCH-MET-006 SCH-MET-006a SCH-MET-006b: random workloads, also with abandoned switches") {
    expect_for_every_workload(counts, ALL_KINDS ";MLFQ ?,90 cost 3", WITH_IO, 800);
}

static const char *sums(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    int64_t turnaround = 0, waiting = 0, response = 0;
    (void)w, (void)o;
    for (size_t i = 0; i < s->job_count; i++) {
        turnaround += s->jobs[i].turnaround;
        waiting += s->jobs[i].waiting;
        response += s->jobs[i].response;
    }
    if (s->totals.turnaround != turnaround || s->totals.waiting != waiting || s->totals.response != response)
        return "a total is not the sum of the figures of all jobs";
    return NULL;
}

Test(sched_totals, always_sum_up_the_jobs, .timeout = 5,
     .description = "SCH-MET-007: random workloads under all policies and options") {
    expect_for_every_workload(sums, ALL_KINDS, WITH_IO, 500);
    expect_for_every_workload(sums, LONG_KINDS, LONG, 100);
}
