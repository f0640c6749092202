/* fraction.h - exact ratios. */
#ifndef SCHEDULER_FRACTION_H
#define SCHEDULER_FRACTION_H

#include <timeslice/scheduler.h>

/* numerator / denominator in lowest terms; numerator is 0 or more, denominator at least 1. */
struct sched_fraction fraction_of(int64_t numerator, int64_t denominator);

#endif
