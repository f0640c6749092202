/* always.h - what must hold for every workload, tried on many random ones. */
#ifndef SUPPORT_SCHEDULE_ALWAYS_H
#define SUPPORT_SCHEDULE_ALWAYS_H

#include "audit.h"
#include "charts.h"

/* NULL, or in words what does not hold. */
typedef const char *invariant(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* Runs `count` random workloads of a shape under the options `how`, or where that is NULL under all policies in turn,
 * and asks the invariant about each schedule. */
#define expect_always(holds, how, shape, count)                                                                        \
    cr_assert(check_always((holds), (how), (shape), (count)), "%s", chart_failure())

bool check_always(invariant *holds, const char *how, struct shape shape, unsigned count);

#endif
