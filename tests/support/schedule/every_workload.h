/* every_workload.h - what must hold for every workload, tried on many random ones. */
#ifndef SUPPORT_SCHEDULE_EVERY_WORKLOAD_H
#define SUPPORT_SCHEDULE_EVERY_WORKLOAD_H

#include "audit.h"
#include "charts.h"

/* NULL, or in words what does not hold. */
typedef const char *invariant(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* Runs `count` random workloads of a shape under the options `how`, or where that is NULL under all policies in turn,
 * and asks the invariant about each schedule. */
#define expect_for_every_workload(holds, how, shape, count)                                                            \
    cr_assert(holds_for_every_workload((holds), (how), (shape), (count)), "%s", chart_failure())

bool holds_for_every_workload(invariant *holds, const char *how, struct shape shape, unsigned count);

#endif
