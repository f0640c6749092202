/* options.c - may this be run? */
#include "schedule_parts.h"

static bool levels_make_sense(const struct sched_options *o) {
    bool fine = o->level_count >= 1 && o->level_count <= SCHED_LEVELS_MAX && o->boost >= 0;
    for (int i = 0; fine && i < o->level_count; i++)
        fine = o->levels[i] > 0;
    return fine && (o->boost == 0 || o->boost > o->switch_cost);
}

static bool jobs_make_sense(const struct workload *w) {
    for (size_t i = 0; i < w->job_count; i++) {
        const struct sched_job *job = &w->jobs[i];
        if (job->id < 0 || job->arrival < 0 || (job->burst_count & 1) == 0)
            return false;
        for (size_t k = 0; k < job->burst_count; k++)
            if (job->bursts[k] <= 0)
                return false;
        for (size_t k = 0; k < i; k++)
            if (w->jobs[k].id == job->id)
                return false;
    }
    return true;
}

bool makes_sense(const struct workload *w, const struct sched_options *o) {
    if ((unsigned)o->policy > POLICY_MLFQ || (unsigned)o->ties > SCHED_TIES_OSTEP || o->cpus < 1 || o->switch_cost < 0)
        return false;
    if (o->policy == POLICY_RR && o->quantum <= 0)
        return false;
    return (o->policy != POLICY_MLFQ || levels_make_sense(o)) && jobs_make_sense(w);
}
