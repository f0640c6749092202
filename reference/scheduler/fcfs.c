/* fcfs.c - first come, first served: one queue, and a job keeps its CPU to the end of the burst. */
#include "policy.h"

/* SCH-FCFS-001 SCH-FCFS-003 */
static void put(struct ready *r, struct task *t, int64_t now) {
    (void)now;
    fifo_append(&r->levels[0], t);
}

static struct task *take(struct ready *r, int64_t now) {
    (void)now;
    return fifo_take(&r->levels[0]);
}

/* No allowance: a burst is never cut. SCH-FCFS-002 */
const struct policy fcfs_policy = {.put = put, .take = take};
