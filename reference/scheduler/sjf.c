/* sjf.c - shortest job first: the ready job with the shortest next CPU burst, never preempted. */
#include "policy.h"

static int open_heap(struct ready *r) {
    return heap_open(&r->shortest, r->task_count);
}

static void close_heap(struct ready *r) {
    heap_close(&r->shortest);
}

/* The next burst decides (SCH-SJF-003), then the order of becoming ready (SCH-SJF-004). */
static void put(struct ready *r, struct task *t, int64_t now) {
    (void)now;
    heap_put(&r->shortest, t->left, t->turn, t->rank);
}

/* SCH-SJF-001 */
static struct task *take(struct ready *r, int64_t now) {
    (void)now;
    return &r->tasks[heap_take(&r->shortest)];
}

/* No allowance and no outranks: a burst is never cut. SCH-SJF-002 */
const struct policy sjf_policy = {.open = open_heap, .close = close_heap, .put = put, .take = take};
