/* shrink.c - tries smaller workloads, one change at a time, until no change helps. */
#include "shrink.h"

#include <string.h>

#define TRIES 3000 /* a limit, so that the failure comes soon */

struct search {
    struct jobs *jobs;
    shows_mistake *shows;
    void *ctx;
    unsigned tries;
};

static void copy(struct jobs *to, const struct jobs *from) {
    *to = *from;
    to->workload.jobs = to->job;
    for (size_t i = 0; i < JOBS_MAX; i++)
        to->job[i].bursts = to->bursts[i];
}

/* Keeps the candidate if it still shows the mistake. */
static bool keeps(struct search *s, const struct jobs *candidate) {
    if (s->tries++ >= TRIES || !s->shows(s->ctx, &candidate->workload))
        return false;
    copy(s->jobs, candidate);
    return true;
}

static bool without_job(struct search *s, size_t index) {
    static struct jobs smaller;
    copy(&smaller, s->jobs);
    size_t behind = --smaller.workload.job_count - index;
    memmove(&smaller.job[index], &smaller.job[index + 1], behind * sizeof smaller.job[0]);
    memmove(smaller.bursts[index], smaller.bursts[index + 1], behind * sizeof smaller.bursts[0]);
    copy(&smaller, &smaller);
    return smaller.workload.job_count > 0 && keeps(s, &smaller);
}

static bool without_bursts(struct search *s, size_t index, size_t first) {
    static struct jobs smaller;
    copy(&smaller, s->jobs);
    int64_t *at = &smaller.bursts[index][first];
    smaller.job[index].burst_count -= 2;
    memmove(at, at + 2, (smaller.job[index].burst_count - first) * sizeof *at);
    return keeps(s, &smaller);
}

/* Tries the least value, the half, and one less. The number is the arrival (burst -1) or a burst. */
static bool with_lower_number(struct search *s, size_t index, int burst) {
    static struct jobs smaller;
    int64_t least = burst >= 0, value = burst < 0 ? s->jobs->job[index].arrival : s->jobs->bursts[index][burst];
    const int64_t tries[] = {least, value / 2, value - 1};
    for (int i = 0; i < 3; i++) {
        if (tries[i] < least || tries[i] >= value)
            continue;
        copy(&smaller, s->jobs);
        *(burst < 0 ? &smaller.job[index].arrival : &smaller.bursts[index][burst]) = tries[i];
        if (keeps(s, &smaller))
            return true;
    }
    return false;
}

static bool smaller_by_one_change(struct search *s) {
    const struct workload *w = &s->jobs->workload;
    for (size_t i = 0; i < w->job_count; i++)
        if (without_job(s, i))
            return true;
    for (size_t i = 0; i < w->job_count; i++)
        for (size_t b = 0; b + 2 < w->jobs[i].burst_count; b++)
            if (without_bursts(s, i, b))
                return true;
    for (size_t i = 0; i < w->job_count; i++)
        for (int b = -1; b < (int)w->jobs[i].burst_count; b++)
            if (with_lower_number(s, i, b))
                return true;
    return false;
}

void shrink(struct jobs *jobs, shows_mistake *shows, void *ctx) {
    struct search search = {jobs, shows, ctx, 0};
    while (search.tries < TRIES && smaller_by_one_change(&search))
        continue;
}
