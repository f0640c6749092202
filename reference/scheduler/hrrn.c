/* hrrn.c - highest response ratio next, never preempted. The ratio is (w + s) / s. Here w is the time since the job
 * became ready, and s is its next CPU burst. */
#include "policy.h"

static int open_tournament(struct ready *r) {
    return tournament_open(&r->ratios, r->task_count);
}

static void close_tournament(struct ready *r) {
    tournament_close(&r->ratios);
}

/* The task stores when it became ready, and w counts from there. SCH-HRRN-004 */
static void put(struct ready *r, struct task *t, int64_t now) {
    tournament_enter(&r->ratios, t, now);
}

/* SCH-HRRN-001 */
static struct task *take(struct ready *r, int64_t now) {
    struct task *t = tournament_winner(&r->ratios, now);
    tournament_leave(&r->ratios, t, now);
    return t;
}

const struct policy hrrn_policy = {.open = open_tournament, .close = close_tournament, .put = put, .take = take};
