/* mlfq.c - multi-level feedback queue: a job that uses up its quantum sinks, and each level has its own quantum.
 *
 * Theory of operation. A boost changes every job, also the blocked ones, but it must not cost O(jobs). So it only
 * joins the queues, which is O(levels), and counts the boosts. Each job stores the count of boosts for which its level
 * and allotment are right. If the queue's count is greater, the job missed a boost. Then it is at level 0 with a full
 * quantum. catch_up writes this down when the job is used next.
 */
#include "policy.h"

static void catch_up(const struct ready *r, struct task *t) {
    if (t->boosts == r->boosts)
        return;
    t->boosts = r->boosts;
    t->level = 0; /* SCH-MLFQ-001 SCH-MLFQ-014 */
    t->allotment = r->options->levels[0];
}

static int first_level(const struct ready *r) {
    return __builtin_ctzll(r->occupied);
}

/* The tail of its level, with what is left of its quantum. SCH-MLFQ-008 SCH-MLFQ-009 */
static void put(struct ready *r, struct task *t, int64_t now) {
    (void)now;
    catch_up(r, t);
    fifo_append(&r->levels[t->level], t);
    r->occupied |= UINT64_C(1) << t->level;
}

/* The head of its level, with what is left of its quantum. SCH-MLFQ-006 SCH-MLFQ-007 */
static void put_back(struct ready *r, struct task *t) {
    fifo_prepend(&r->levels[t->level], t);
    r->occupied |= UINT64_C(1) << t->level;
}

/* SCH-MLFQ-004 */
static struct task *take(struct ready *r, int64_t now) {
    (void)now;
    int level = first_level(r);
    struct task *t = fifo_take(&r->levels[level]);
    if (!r->levels[level].head)
        r->occupied &= ~(UINT64_C(1) << level);
    catch_up(r, t);
    return t;
}

static int64_t allowance(const struct ready *r, struct task *t) {
    (void)r;
    return t->allotment;
}

/* Sinks when its quantum is used up, even if its burst ends then too. SCH-MLFQ-002 SCH-MLFQ-003 SCH-MLFQ-010
 */
static void ran(const struct ready *r, struct task *t, int64_t ticks) {
    t->allotment -= ticks;
    if (t->allotment > 0)
        return;
    if (t->level + 1 < r->options->level_count)
        t->level++;
    t->allotment = r->options->levels[t->level];
}

/* SCH-MLFQ-005 */
static bool outranks(const struct ready *r, const struct task *running) {
    return first_level(r) < running->level;
}

/* SCH-MLFQ-011; the order: SCH-MLFQ-012, SCH-TIE-009 */
static void boost(struct ready *r) {
    int last = r->options->level_count - 1;
    for (int i = 1; i <= last; i++)
        fifo_append_all(&r->levels[0], &r->levels[r->options->ties == SCHED_TIES_OSTEP ? last + 1 - i : i]);
    r->occupied = r->levels[0].head != NULL;
    r->boosts++;
}

const struct policy mlfq_policy = {.put = put,
                                   .take = take,
                                   .allowance = allowance,
                                   .ran = ran,
                                   .outranks = outranks,
                                   .put_back = put_back,
                                   .boost = boost};
