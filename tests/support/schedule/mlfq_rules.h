/* mlfq_rules.h - finds the clauses of MLFQ that a schedule breaks, each from what the schedule itself did before.
 *
 * A mistake in one clause changes the whole rest of a schedule. So a comparison with a right schedule says little about
 * the other clauses. These rules are local: they look at one job, or at one choice, and go on from what really
 * happened.
 */
#ifndef SUPPORT_SCHEDULE_MLFQ_RULES_H
#define SUPPORT_SCHEDULE_MLFQ_RULES_H

#include "jobs.h"

/* The rules that the schedule breaks. Bit n is for SCH-MLFQ-00n or SCH-MLFQ-0n: 1 to 11 and 14. Bit 30 is for context
 * switches, bit 31 for the order of ids. */
uint32_t mlfq_rules_broken(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* Is a difference in this schedule explained by a broken rule that is not the clause of the running test? Then the
 * schedule tells nothing about this clause. A test that uses this must also have random workloads: every_workload.h
 * sees if nearly all schedules are explained in this way. */
bool explained_by_another_rule(const struct workload *w, const struct sched_options *o, const struct schedule *s);

#endif
