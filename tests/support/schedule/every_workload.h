/* every_workload.h - checks a rule that holds for every workload, on many random ones.
 *
 * If a workload breaks the rule, the test looks for a smaller one that breaks it too: with fewer jobs, fewer bursts and
 * lower numbers. The failure shows the smallest workload. If the slow model draws another chart, it shows both charts.
 */
#ifndef SUPPORT_SCHEDULE_EVERY_WORKLOAD_H
#define SUPPORT_SCHEDULE_EVERY_WORKLOAD_H

#include "audit.h"
#include "charts.h"
#include "situations.h"

/* Returns NULL, or a text that says what is wrong. */
typedef const char *invariant(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* Random workloads, and the rule for each of them. */
struct trial {
    invariant *holds;
    const char *how; /* options as in jobs.h, several with ';' between them. NULL: all policies in turn. In place of a
                        number, '?' is 1 to 4, '!' is 5 to 12 */
    struct shape shape;
    uint32_t must;  /* only workloads that meet one of these situations; 0: all */
    uint32_t never; /* and only workloads that meet none of these */
};

/* Runs `count` random workloads of a shape, and checks the invariant on each schedule. */
#define expect_for_every_workload(holds, how, shape, count) expect_for_workloads_with(0, 0, holds, how, shape, count)

/* The same, but only with workloads that meet one of the situations `must` and none of `never`. */
#define expect_for_workloads_with(must, never, holds, how, shape, count)                                               \
    cr_assert(judged(holds_for_every_workload(&(struct trial){(holds), (how), (shape), (must), (never)}, (count))),    \
              "%s", chart_failure())

/* An invariant calls this if a schedule has a mistake that another clause is about. If nearly all schedules of a trial
 * have one, the trial fails: then the submission does not do what the clause is about at all. */
void excuse_schedule(void);

bool holds_for_every_workload(const struct trial *trial, unsigned count);

#endif
