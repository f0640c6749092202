/* difference.h - when do two schedules part? */
#ifndef SUPPORT_SCHEDULE_DIFFERENCE_H
#define SUPPORT_SCHEDULE_DIFFERENCE_H

#include <timeslice/scheduler.h>

/* The first instant at which slices or switches begin or end differently. INT64_MAX if there is none. */
int64_t first_difference(const struct schedule *a, const struct schedule *b);

/* The slice or the switch of s that begins in the same way, or NULL. */
const struct sched_slice *same_slice(const struct schedule *s, const struct sched_slice *slice);
const struct sched_switch *same_switch(const struct schedule *s, const struct sched_switch *change);

#endif
