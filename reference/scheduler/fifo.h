/* fifo.h - a queue of tasks, linked by their next pointers. Every operation is O(1). */
#ifndef SCHEDULER_FIFO_H
#define SCHEDULER_FIFO_H

#include "task.h"

struct fifo {
    struct task *head;
    struct task *tail;
};

void fifo_append(struct fifo *q, struct task *t);
void fifo_prepend(struct fifo *q, struct task *t);
struct task *fifo_take(struct fifo *q);                  /* the head; NULL if the queue is empty */
void fifo_append_all(struct fifo *q, struct fifo *more); /* empties more */

#endif
