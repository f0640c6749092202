/* metrics.h - the figures of a finished schedule. */
#ifndef SCHEDULER_METRICS_H
#define SCHEDULER_METRICS_H

#include <timeslice/scheduler.h>

/* Fills in what the engine did not: it knows each job's completion and response, the slices and the counts.
 * -1: ERANGE. */
int metrics_compute(const struct workload *w, struct schedule *s);

#endif
