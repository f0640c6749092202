/* rules.h - the clauses that can decide what happens at an instant, as bits of one number. */
#ifndef SUPPORT_SCHEDULE_RULES_H
#define SUPPORT_SCHEDULE_RULES_H

#include "actor.h"

#define RULE_BIT(first, number) (UINT64_C(1) << ((first) + (number)-1))
#define FCFS(number) RULE_BIT(0, number)
#define SJF(number) RULE_BIT(3, number)
#define HRRN(number) RULE_BIT(7, number)
#define RR(number) RULE_BIT(12, number)
#define MLFQ(number) RULE_BIT(16, number)
#define TIE(number) RULE_BIT(30, number)
#define SMP(number) RULE_BIT(42, number)
#define SWITCH(number) RULE_BIT(46, number)
#define IO(number) RULE_BIT(50, number)

/* The clause of an address such as "SCH-MLFQ-006". 0 if it is of another area. Any rule can matter to SCH-TIE-012. */
uint64_t rule_at(const char *address);

/* Why does the model run x and not y, if both are ready at this time? */
uint64_t rules_of_choice(const struct actor *x, const struct actor *y, const struct sched_options *o, int64_t time);

/* Why is the job on this level? */
uint64_t rules_of_level(const struct actor *a);

/* Why does the job have this quantum? */
uint64_t rules_of_quantum(const struct actor *a);

#endif
