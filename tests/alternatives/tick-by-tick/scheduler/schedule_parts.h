/* schedule_parts.h - what the engine leaves to others: the checks before a run and the figures after it. */
#ifndef SCHEDULE_PARTS_H
#define SCHEDULE_PARTS_H

#include <timeslice/scheduler.h>

/* Whether options and workload may be run. */
bool makes_sense(const struct workload *w, const struct sched_options *o);

/* Completes out->jobs and out->totals. False with errno ERANGE. */
bool add_figures(const struct workload *w, struct schedule *out);

#endif
