/* refuse.c - what schedule_run does not run. */
#include "desk.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
    int64_t x = ((const struct sched_job *)a)->id, y = ((const struct sched_job *)b)->id;
    return (x > y) - (x < y);
}

static void nothing(void *job) {
    (void)job;
}

/* A tree of the jobs finds an id that was there before. */
static int two_ids(const struct workload *w) {
    void *tree = NULL;
    int error = 0;
    for (size_t i = 0; error == 0 && i < w->job_count; i++) {
        struct sched_job *const *node = tsearch(&w->jobs[i], &tree, compare);
        if (!node)
            error = ENOMEM;
        else if (*node != &w->jobs[i])
            error = EINVAL;
    }
    tdestroy(tree, nothing);
    return error;
}

static bool job_is_wrong(const struct sched_job *job) {
    bool wrong = job->id < 0 || job->arrival < 0 || job->burst_count % 2 == 0;
    for (size_t i = 0; !wrong && i < job->burst_count; i++)
        wrong = job->bursts[i] < 1;
    return wrong;
}

static bool mlfq_is_wrong(const struct sched_options *o) {
    bool wrong = o->level_count < 1 || o->level_count > SCHED_LEVELS_MAX || o->boost < 0 ||
                 (o->boost > 0 && o->boost <= o->switch_cost);
    for (int i = 0; !wrong && i < o->level_count; i++)
        wrong = o->levels[i] < 1;
    return wrong;
}

int refuse(const struct workload *w, const struct sched_options *o) {
    int policy = (int)o->policy, ties = (int)o->ties;
    bool wrong = policy < POLICY_FCFS || policy > POLICY_MLFQ || ties < 0 || ties > SCHED_TIES_OSTEP || o->cpus < 1 ||
                 o->switch_cost < 0;
    wrong = wrong || (policy == POLICY_RR && o->quantum < 1);
    wrong = wrong || (policy == POLICY_MLFQ && mlfq_is_wrong(o));
    for (size_t i = 0; !wrong && i < w->job_count; i++)
        wrong = job_is_wrong(&w->jobs[i]);
    return wrong ? EINVAL : two_ids(w);
}
