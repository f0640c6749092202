/* figures.c - the numbers of a schedule that is finished. */
#include "machine.h"

#include <errno.h>
#include <stdlib.h>

static struct sched_fraction reduced(int64_t numerator, int64_t denominator) {
    int64_t a = numerator, b = denominator;
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return (struct sched_fraction){numerator / a, denominator / a};
}

static bool of_one(const struct task *t, struct sched_figures *f) {
    *f = (struct sched_figures){.id = t->job->id, .arrival = t->job->arrival, .completion = t->end};
    for (size_t i = 0; i < t->job->burst_count; i++) {
        int64_t *sum = i % 2 == 0 ? &f->cpu : &f->io;
        if (__builtin_add_overflow(*sum, t->job->bursts[i], sum))
            return false;
    }
    f->turnaround = t->end - t->job->arrival;
    f->waiting = f->turnaround - f->cpu - f->io;
    f->response = t->first_start - t->job->arrival;
    f->weighted = reduced(f->turnaround, f->cpu);
    return true;
}

static bool add(int64_t *sum, int64_t number) {
    return !__builtin_add_overflow(*sum, number, sum);
}

int figures(struct machine *m) {
    struct schedule *s = m->out;
    struct sched_totals *all = &s->totals;
    bool fits = true;
    if (m->task_count == 0)
        return 0;
    s->jobs = calloc(m->task_count, sizeof *s->jobs);
    if (!s->jobs)
        return ENOMEM;
    s->job_count = m->task_count;
    for (size_t i = 0; fits && i < s->job_count; i++) {
        struct sched_figures *f = &s->jobs[i];
        fits = of_one(&m->tasks[i], f) && add(&all->turnaround, f->turnaround) && add(&all->waiting, f->waiting) &&
               add(&all->response, f->response);
        if (f->completion > all->makespan)
            all->makespan = f->completion;
    }
    for (size_t i = 0; fits && i < s->slice_count; i++)
        fits = add(&all->busy, s->slices[i].end - s->slices[i].start);
    for (size_t i = 0; fits && i < s->switch_count; i++)
        fits = add(&all->switching, s->switches[i].end - s->switches[i].start);
    for (size_t i = 0; i < s->state_count; i++)
        all->preemptions += s->states[i].from == SCHED_RUNNING && s->states[i].to == SCHED_READY;
    all->dispatches = (int64_t)s->slice_count;
    if (!fits || __builtin_mul_overflow(all->makespan, (int64_t)s->cpus, &all->idle))
        return ERANGE;
    all->idle -= all->busy + all->switching;
    return 0;
}
