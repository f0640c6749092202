/* mlfq_rules.h - finds the clauses of MLFQ that a schedule breaks, each from what the schedule itself did before.
 *
 * A mistake in one clause changes the whole rest of a schedule. So a comparison with a right schedule says little about
 * the other clauses. These rules are local: they look at one job, or at one choice, and go on from what really
 * happened.
 */
#ifndef SUPPORT_SCHEDULE_MLFQ_RULES_H
#define SUPPORT_SCHEDULE_MLFQ_RULES_H

#include "jobs.h"

/* Bit n is for SCH-MLFQ-00n or SCH-MLFQ-0n: the rules 1 to 11 and 14. The last bits are for ids and
 * context switches. */
struct mlfq_verdict {
    uint32_t broken;
    uint32_t met; /* rules that mattered somewhere, and were kept there */
};

struct mlfq_verdict mlfq_verdict_of(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* Is a difference in this schedule explained by a broken rule that is not the clause of the running test? Then the
 * schedule tells nothing about this clause. With `strictly`, the rule of the test must also have been met. */
bool explained_by_another_rule(const struct workload *w, const struct sched_options *o, const struct schedule *s,
                               bool strictly);

#endif
