/* metrics.c - the figures of a finished schedule. */
#include "sim.h"
#include <errno.h>
#include <stdlib.h>

static int out_of_range(void) {
    errno = ERANGE;
    return -1;
}

/* The sums of a job's CPU and I/O bursts. False: they do not fit. */
static bool sum_bursts(const struct sched_job *j, int64_t *cpu, int64_t *io) {
    *cpu = *io = 0;
    for (size_t i = 0; i < j->burst_count; i++)
        if (!add(i % 2 ? io : cpu, j->bursts[i]))
            return false;
    return true;
}

/* SCH-MET-008: finds before the run what no schedule can keep in range, for under a small quantum it might take
 * for ever to come up against it. No job is through before arrival + cpu + io, and busy is the sum of all cpu. */
int check_range(const struct workload *w) {
    int64_t busy = 0;

    for (size_t i = 0; i < w->job_count; i++) {
        int64_t cpu, io, end = w->jobs[i].arrival;
        if (!sum_bursts(&w->jobs[i], &cpu, &io) || !add(&end, cpu) || !add(&end, io) || !add(&busy, cpu))
            return out_of_range();
    }
    return 0;
}

struct sched_fraction lowest_terms(int64_t numerator, int64_t denominator) {
    int64_t a = numerator, b = denominator;

    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return (struct sched_fraction){numerator / a, denominator / a};
}

/* Fills in s->jobs and s->totals (but totals.preemptions, which has been counted on the way). */
int make_figures(const struct job *jobs, size_t job_count, struct schedule *s) {
    struct sched_totals *t = &s->totals;

    s->jobs = calloc(job_count, sizeof *s->jobs);
    if (!s->jobs)
        return -1;
    s->job_count = job_count;

    for (size_t i = 0; i < job_count; i++) {
        const struct job *j = &jobs[i];
        struct sched_figures *f = &s->jobs[j->place];

        f->id = j->in->id;
        f->arrival = j->in->arrival;
        f->completion = j->ended; /* SCH-MET-001 */
        f->turnaround = f->completion - f->arrival;
        sum_bursts(j->in, &f->cpu, &f->io);                /* they fit: check_range */
        f->waiting = f->turnaround - f->cpu - f->io;       /* SCH-MET-002 */
        f->response = j->first - f->arrival;               /* SCH-MET-003 */
        f->weighted = lowest_terms(f->turnaround, f->cpu); /* SCH-MET-004 */

        t->busy += f->cpu; /* fits too */
        if (t->makespan < f->completion)
            t->makespan = f->completion;
        if (!add(&t->turnaround, f->turnaround) || !add(&t->waiting, f->waiting) || !add(&t->response, f->response))
            return out_of_range(); /* SCH-MET-007, SCH-MET-008 */
    }

    int64_t all;
    if (__builtin_mul_overflow(t->makespan, (int64_t)s->cpus, &all))
        return out_of_range();
    for (size_t i = 0; i < s->switch_count; i++) /* no more than all */
        t->switching += s->switches[i].end - s->switches[i].start;
    t->idle = all - t->busy - t->switching;  /* SCH-MET-005, SCH-MET-009 */
    t->dispatches = (int64_t)s->slice_count; /* SCH-MET-006 */
    return 0;
}
