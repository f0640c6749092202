/* options.h - refuses options and workloads that make no sense, before anything runs. */
#ifndef SCHEDULER_OPTIONS_H
#define SCHEDULER_OPTIONS_H

#include <timeslice/scheduler.h>

/* -1: EINVAL. That ids differ is checked where they are sorted (task.c). */
int options_check(const struct workload *w, const struct sched_options *o);

#endif
