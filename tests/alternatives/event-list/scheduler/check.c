/* check.c - refuses options and workloads that cannot be run. */
#include "machine.h"

#include <stdlib.h>

static int compare_ids(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Without memory for the check, two equal ids are looked for the slow way. */
static bool ids_differ(const struct workload *w) {
    int64_t *ids = malloc((w->job_count + 1) * sizeof *ids);
    bool differ = true;
    for (size_t i = 0; ids && i < w->job_count; i++)
        ids[i] = w->jobs[i].id;
    if (ids)
        qsort(ids, w->job_count, sizeof *ids, compare_ids);
    for (size_t i = 1; differ && i < w->job_count; i++)
        if (ids)
            differ = ids[i - 1] != ids[i];
        else
            for (size_t k = 0; k < i; k++)
                differ = differ && w->jobs[k].id != w->jobs[i].id;
    free(ids);
    return differ;
}

static bool good_job(const struct sched_job *job) {
    if (job->id < 0 || job->arrival < 0 || job->burst_count % 2 != 1)
        return false;
    for (size_t i = 0; i < job->burst_count; i++)
        if (job->bursts[i] < 1)
            return false;
    return true;
}

static bool good_levels(const struct sched_options *o) {
    bool good = 0 < o->level_count && o->level_count <= SCHED_LEVELS_MAX;
    for (int i = o->level_count; good && i > 0; i--)
        good = o->levels[i - 1] > 0;
    return good && (o->boost == 0 || o->boost > o->switch_cost) && o->boost >= 0;
}

static bool good_policy(const struct sched_options *o) {
    switch (o->policy) {
    case POLICY_FCFS:
    case POLICY_SJF:
    case POLICY_HRRN:
        return true;
    case POLICY_RR:
        return o->quantum > 0;
    case POLICY_MLFQ:
        return good_levels(o);
    }
    return false;
}

bool acceptable(const struct workload *w, const struct sched_options *o) {
    bool known = o->ties == SCHED_TIES_OSTEP || o->ties == SCHED_TIES_TEXTBOOK;
    if (!known || !good_policy(o) || o->switch_cost < 0 || o->cpus < 1)
        return false;
    for (size_t i = 0; i < w->job_count; i++)
        if (!good_job(&w->jobs[i]))
            return false;
    return ids_differ(w);
}
