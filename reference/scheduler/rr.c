/* rr.c - round robin: one queue, and at most one quantum for each turn. */
#include "policy.h"

/* The tail, also for a job whose quantum expired. SCH-RR-002 */
static void put(struct ready *r, struct task *t, int64_t now) {
    (void)now;
    fifo_append(&r->levels[0], t);
}

static struct task *take(struct ready *r, int64_t now) {
    (void)now;
    return fifo_take(&r->levels[0]);
}

/* A full quantum at each dispatch. Nothing is left from the last turn. SCH-RR-001 SCH-RR-004 */
static int64_t allowance(const struct ready *r, struct task *t) {
    (void)t;
    return r->options->quantum;
}

const struct policy rr_policy = {.put = put, .take = take, .allowance = allowance};
