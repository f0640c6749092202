/* model.h - a second implementation of the spec's rules: slow, simple, tick by tick. */
#ifndef SUPPORT_SCHEDULE_MODEL_H
#define SUPPORT_SCHEDULE_MODEL_H

#include <timeslice/scheduler.h>

/* The schedule of a small workload (26 jobs, 8 CPUs, a few hundred ticks). Only slices, switches and states are filled
 * in. The model owns the schedule, and it is valid until the next call. */
const struct schedule *model_run(const struct workload *w, const struct sched_options *o);

/* The rules of OSTEP's mlfq.py, for one CPU. Returns a letter for each tick: the job that runs, or '.' for an idle
 * tick. */
const char *model_of_mlfq_py(const struct workload *w, const struct sched_options *o);

#endif
