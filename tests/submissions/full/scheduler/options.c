/* options.c - refuses options and workloads that make no sense. */
#include "sim.h"
#include <errno.h>
#include <stdlib.h>

static bool options_make_sense(const struct sched_options *o) {
    if (o->ties != SCHED_TIES_TEXTBOOK && o->ties != SCHED_TIES_OSTEP) /* SCH-OPT-001 */
        return false;
    if (o->cpus < 1 || o->switch_cost < 0) /* SCH-OPT-003 */
        return false;

    switch (o->policy) { /* SCH-OPT-001, SCH-OPT-002 */
    case POLICY_FCFS:
    case POLICY_SJF:
    case POLICY_HRRN:
        return true;
    case POLICY_RR:
        return o->quantum >= 1;
    case POLICY_MLFQ:
        if (o->level_count < 1 || o->level_count > SCHED_LEVELS_MAX)
            return false;
        for (int i = 0; i < o->level_count; i++)
            if (o->levels[i] < 1)
                return false;
        return o->boost == 0 || o->boost > o->switch_cost; /* SCH-OPT-003 */
    }
    return false;
}

int check_options(const struct sched_options *o) {
    if (options_make_sense(o))
        return 0;
    errno = EINVAL;
    return -1;
}

static int compare_ranked(const void *x, const void *y) {
    const struct ranked *a = x, *b = y;

    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->who > b->who) - (a->who < b->who);
}

/* Sorts by number, equal ones by who. What is in order already costs one look. */
void rank(struct ranked *r, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (compare_ranked(&r[i - 1], &r[i]) > 0) {
            qsort(r, count, sizeof *r, compare_ranked);
            return;
        }
    }
}

static bool job_makes_sense(const struct sched_job *j) {
    if (j->id < 0 || j->arrival < 0 || j->burst_count % 2 == 0)
        return false;
    for (size_t i = 0; i < j->burst_count; i++)
        if (j->bursts[i] < 1)
            return false;
    return true;
}

/* SCH-OPT-004. Leaves in by_id the workload's places, sorted by id. */
int check_jobs(const struct workload *w, struct ranked *by_id) {
    for (size_t i = 0; i < w->job_count; i++) {
        if (!job_makes_sense(&w->jobs[i])) {
            errno = EINVAL;
            return -1;
        }
        by_id[i] = (struct ranked){w->jobs[i].id, i};
    }
    rank(by_id, w->job_count);
    for (size_t i = 1; i < w->job_count; i++) {
        if (by_id[i - 1].number == by_id[i].number) {
            errno = EINVAL;
            return -1;
        }
    }
    return 0;
}
