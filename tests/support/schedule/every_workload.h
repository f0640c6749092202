/* every_workload.h - checks a rule that holds for every workload, on many random ones. */
#ifndef SUPPORT_SCHEDULE_EVERY_WORKLOAD_H
#define SUPPORT_SCHEDULE_EVERY_WORKLOAD_H

#include "audit.h"
#include "charts.h"

/* Returns NULL, or a text that says what is wrong. */
typedef const char *invariant(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* Runs `count` random workloads of a shape under the options `how`, and checks the invariant on each schedule. If `how`
 * is NULL, it uses all policies in turn. */
#define expect_for_every_workload(holds, how, shape, count)                                                            \
    cr_assert(holds_for_every_workload((holds), (how), (shape), (count)), "%s", chart_failure())

bool holds_for_every_workload(invariant *holds, const char *how, struct shape shape, unsigned count);

#endif
