/* options.h - refuses wrong options and workloads, before anything runs. */
#ifndef SCHEDULER_OPTIONS_H
#define SCHEDULER_OPTIONS_H

#include <timeslice/scheduler.h>

/* -1: EINVAL. Equal ids are found where the ids are sorted (task.c). */
int options_check(const struct workload *w, const struct sched_options *o);

#endif
