/* sums.c - figures and totals, from what the simulation has left. */
#include "desk.h"

#include <errno.h>

struct sched_fraction shorten(int64_t numerator, int64_t denominator) {
    int64_t small = numerator, large = denominator;
    while (small > 0) {
        int64_t rest = large % small;
        large = small;
        small = rest;
    }
    return (struct sched_fraction){numerator / large, denominator / large};
}

/* All numbers are 0 or more. */
static bool grows(int64_t *sum, int64_t by) {
    if (by > INT64_MAX - *sum)
        return false;
    *sum += by;
    return true;
}

int fill_figures(const struct workload *w, struct schedule *s) {
    struct sched_totals *t = &s->totals;
    for (size_t i = 0; i < w->job_count; i++) {
        const struct sched_job *job = &w->jobs[i];
        struct sched_figures *f = &s->jobs[i];
        for (size_t k = 0; k < job->burst_count; k++) /* each sum is at most the completion */
            *(k % 2 ? &f->io : &f->cpu) += job->bursts[k];
        f->turnaround = f->completion - f->arrival;
        f->waiting = f->turnaround - (f->cpu + f->io);
        f->weighted = shorten(f->turnaround, f->cpu);
        if (!grows(&t->turnaround, f->turnaround) || !grows(&t->waiting, f->waiting) ||
            !grows(&t->response, f->response) || !grows(&t->busy, f->cpu))
            return ERANGE;
        t->makespan = t->makespan < f->completion ? f->completion : t->makespan;
    }
    if (t->makespan > INT64_MAX / s->cpus)
        return ERANGE;
    for (size_t i = 0; i < s->switch_count; i++)
        t->switching += s->switches[i].end - s->switches[i].start;
    t->idle = t->makespan * s->cpus - t->busy - t->switching;
    t->dispatches = (int64_t)s->slice_count;
    for (size_t i = 0; i < s->state_count; i++)
        t->preemptions += s->states[i].to == SCHED_READY && s->states[i].from == SCHED_RUNNING ? 1 : 0;
    return 0;
}
