/* model.h - a second opinion: the spec's rules, played tick by tick in the simplest way that comes to mind. */
#ifndef SUPPORT_SCHEDULE_MODEL_H
#define SUPPORT_SCHEDULE_MODEL_H

#include <timeslice/scheduler.h>

/* The schedule of a small workload (26 jobs, 4 CPUs, a few hundred ticks): slices, switches and states. The rest is not
 * filled in. It is the model's own and holds until the next call. */
const struct schedule *model_run(const struct workload *w, const struct sched_options *o);

/* OSTEP's mlfq.py in its own words: who runs at each tick, as a letter, '.' where nobody does. One CPU. */
const char *model_of_mlfq_py(const struct workload *w, const struct sched_options *o);

#endif
