/* metrics.h - the figures of a finished schedule. */
#ifndef SCHEDULER_METRICS_H
#define SCHEDULER_METRICS_H

#include <timeslice/scheduler.h>

/* Fills in the other figures. The engine has set the completion and response of each job, the slices and the counts.
 * -1: ERANGE. */
int metrics_compute(const struct workload *w, struct schedule *s);

#endif
