/* fifo.c - a queue of tasks. */
#include "fifo.h"

void fifo_append(struct fifo *q, struct task *t) {
    t->next = NULL;
    if (q->head)
        q->tail->next = t;
    else
        q->head = t;
    q->tail = t;
}

void fifo_prepend(struct fifo *q, struct task *t) {
    t->next = q->head;
    if (!q->head)
        q->tail = t;
    q->head = t;
}

struct task *fifo_take(struct fifo *q) {
    struct task *t = q->head;
    if (!t)
        return NULL;
    q->head = t->next;
    __builtin_prefetch(q->head); /* in a long queue each task is a cache miss: fetch the next one early */
    return t;
}

void fifo_append_all(struct fifo *q, struct fifo *more) {
    if (!more->head)
        return;
    if (q->head)
        q->tail->next = more->head;
    else
        q->head = more->head;
    q->tail = more->tail;
    *more = (struct fifo){0};
}
