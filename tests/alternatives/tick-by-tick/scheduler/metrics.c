/* metrics.c - sums in 128 bits, looked at once at the end. */
#include "schedule_parts.h"

#include <errno.h>

__extension__ typedef __int128 big;

static int64_t common_divisor(int64_t a, int64_t b) {
    return b == 0 ? a : common_divisor(b, a % b);
}

static bool fits(big number) {
    return number <= INT64_MAX;
}

static bool judge_job(const struct sched_job *job, struct sched_figures *f) {
    big sums[2] = {0, 0};
    for (size_t i = 0; i < job->burst_count; i++)
        sums[i & 1] += job->bursts[i];
    if (!fits(sums[0]) || !fits(sums[1]))
        return false;
    f->id = job->id;
    f->arrival = job->arrival;
    f->cpu = (int64_t)sums[0];
    f->io = (int64_t)sums[1];
    f->turnaround = f->completion - f->arrival;
    f->waiting = f->turnaround - f->cpu - f->io;
    int64_t divisor = common_divisor(f->turnaround, f->cpu);
    f->weighted = (struct sched_fraction){f->turnaround / divisor, f->cpu / divisor};
    return true;
}

bool add_figures(const struct workload *w, struct schedule *out) {
    big turnaround = 0, waiting = 0, response = 0, busy = 0, switching = 0, makespan = 0;
    errno = ERANGE;
    for (size_t i = 0; i < w->job_count; i++) {
        struct sched_figures *f = &out->jobs[i];
        if (!judge_job(&w->jobs[i], f))
            return false;
        turnaround += f->turnaround;
        waiting += f->waiting;
        response += f->response;
        makespan = f->completion > makespan ? f->completion : makespan;
    }
    for (size_t i = 0; i < out->slice_count; i++)
        busy += out->slices[i].end - out->slices[i].start;
    for (size_t i = 0; i < out->switch_count; i++)
        switching += out->switches[i].end - out->switches[i].start;
    if (!fits(turnaround) || !fits(waiting) || !fits(response) || !fits(out->cpus * makespan))
        return false;
    struct sched_totals *t = &out->totals;
    t->makespan = (int64_t)makespan;
    t->busy = (int64_t)busy;
    t->switching = (int64_t)switching;
    t->idle = (int64_t)(out->cpus * makespan - busy - switching);
    t->dispatches = (int64_t)out->slice_count;
    t->turnaround = (int64_t)turnaround;
    t->waiting = (int64_t)waiting;
    t->response = (int64_t)response;
    errno = 0;
    return true;
}
