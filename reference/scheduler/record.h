/* record.h - records slices, context switches and changes of state. */
#ifndef SCHEDULER_RECORD_H
#define SCHEDULER_RECORD_H

#include "task.h"

/* The schedule of the current run. Its arrays grow by doubling. */
struct record {
    struct schedule *schedule;
    size_t slice_room;
    size_t switch_room;
    size_t state_room;
};

/* Each returns -1 with ENOMEM. A slice or switch gets its end when it is over. */
int record_slice(struct record *r, const struct task *t, int64_t start);
int record_switch(struct record *r, const struct task *t, int64_t start, int64_t end);
int record_state(struct record *r, struct task *t, enum sched_state to, int64_t time);

#endif
