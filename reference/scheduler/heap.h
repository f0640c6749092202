/* heap.h - a binary heap of numbered things with room for each of them once. */
#ifndef SCHEDULER_HEAP_H
#define SCHEDULER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The smallest key comes first; of equal keys the smallest tie. */
struct heap_item {
    int64_t key;
    int64_t tie;
    size_t value; /* which thing: 0 to capacity - 1 */
};

struct heap {
    struct heap_item *items; /* items[0] is the first */
    size_t count;
    size_t *places; /* of each value: its index in items plus 1, or 0 where it is not there */
};

/* Makes an empty heap for the values 0 to capacity - 1, so that putting one in never fails. -1: ENOMEM. */
int heap_open(struct heap *h, size_t capacity);
void heap_close(struct heap *h);

void heap_put(struct heap *h, int64_t key, int64_t tie, size_t value);
size_t heap_take(struct heap *h); /* removes the first and returns its value; the heap is not empty */
void heap_remove(struct heap *h, size_t value);

#endif
