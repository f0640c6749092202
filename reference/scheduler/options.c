/* options.c - refuses wrong options and workloads. */
#include "options.h"

#include <errno.h>

/* SCH-OPT-002 SCH-OPT-003 */
static bool mlfq_is_sound(const struct sched_options *o) {
    if (o->level_count < 1 || o->level_count > SCHED_LEVELS_MAX)
        return false;
    for (int i = 0; i < o->level_count; i++)
        if (o->levels[i] < 1)
            return false;
    return o->boost == 0 || o->boost > o->switch_cost; /* otherwise the boosts would abandon every switch */
}

/* SCH-OPT-001 */
static bool policy_is_sound(const struct sched_options *o) {
    switch (o->policy) {
    case POLICY_FCFS:
    case POLICY_SJF:
    case POLICY_HRRN:
        return true;
    case POLICY_RR:
        return o->quantum >= 1;
    case POLICY_MLFQ:
        return mlfq_is_sound(o);
    }
    return false;
}

/* SCH-OPT-004 */
static bool job_is_sound(const struct sched_job *job) {
    if (job->id < 0 || job->arrival < 0 || job->burst_count % 2 == 0)
        return false;
    for (size_t i = 0; i < job->burst_count; i++)
        if (job->bursts[i] < 1)
            return false;
    return true;
}

int options_check(const struct workload *w, const struct sched_options *o) {
    bool sound = (o->ties == SCHED_TIES_TEXTBOOK || o->ties == SCHED_TIES_OSTEP) && o->cpus >= 1 &&
                 o->switch_cost >= 0 && policy_is_sound(o);
    for (size_t i = 0; sound && i < w->job_count; i++)
        sound = job_is_sound(&w->jobs[i]);
    if (sound)
        return 0;
    errno = EINVAL;
    return -1;
}
