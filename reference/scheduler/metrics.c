/* metrics.c - the figures of a finished schedule. All are whole numbers, and each is checked for overflow. */
#include "metrics.h"
#include "fraction.h"
#include "ticks.h"

/* SCH-MET-001 SCH-MET-002 SCH-MET-004 */
static bool figures_of(const struct sched_job *job, struct sched_figures *f) {
    f->id = job->id;
    f->arrival = job->arrival;
    for (size_t i = 0; i < job->burst_count; i++) {
        int64_t *sum = i % 2 == 0 ? &f->cpu : &f->io;
        if (!ticks_add(*sum, job->bursts[i], sum))
            return false;
    }
    f->turnaround = f->completion - f->arrival;
    f->waiting = f->turnaround - f->cpu - f->io;
    f->weighted = fraction_of(f->turnaround, f->cpu);
    return true;
}

/* SCH-MET-007 */
static bool add_job(struct sched_totals *t, const struct sched_figures *f) {
    if (f->completion > t->makespan)
        t->makespan = f->completion;
    return ticks_add(t->turnaround, f->turnaround, &t->turnaround) && ticks_add(t->waiting, f->waiting, &t->waiting) &&
           ticks_add(t->response, f->response, &t->response);
}

/* SCH-MET-005 SCH-MET-009 */
static bool account_for_cpus(struct schedule *s) {
    struct sched_totals *t = &s->totals;
    for (size_t i = 0; i < s->slice_count; i++)
        if (!ticks_add(t->busy, s->slices[i].end - s->slices[i].start, &t->busy))
            return false;
    for (size_t i = 0; i < s->switch_count; i++)
        if (!ticks_add(t->switching, s->switches[i].end - s->switches[i].start, &t->switching))
            return false;
    int64_t capacity;
    if (!ticks_multiply(s->cpus, t->makespan, &capacity))
        return false;
    t->idle = capacity - t->busy - t->switching;
    return true;
}

int metrics_compute(const struct workload *w, struct schedule *s) {
    for (size_t i = 0; i < w->job_count; i++)
        if (!figures_of(&w->jobs[i], &s->jobs[i]) || !add_job(&s->totals, &s->jobs[i]))
            return -1;
    return account_for_cpus(s) ? 0 : -1;
}
