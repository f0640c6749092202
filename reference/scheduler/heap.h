/* heap.h - a binary heap of values. Each value can be in it once. */
#ifndef SCHEDULER_HEAP_H
#define SCHEDULER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The smallest key comes first. If keys are equal, the smallest tie comes first. */
struct heap_item {
    int64_t key;
    int64_t tie;
    size_t value; /* 0 to capacity - 1 */
};

struct heap {
    struct heap_item *items; /* items[0] is the first */
    size_t count;
    size_t *places; /* for each value: its index in items plus 1, or 0 if it is not in the heap */
};

/* Makes an empty heap for the values 0 to capacity - 1. So heap_put never fails. -1: ENOMEM. */
int heap_open(struct heap *h, size_t capacity);
void heap_close(struct heap *h);

void heap_put(struct heap *h, int64_t key, int64_t tie, size_t value);
size_t heap_take(struct heap *h); /* removes the first item and returns its value; the heap must not be empty */
void heap_remove(struct heap *h, size_t value);

#endif
