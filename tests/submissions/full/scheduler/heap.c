/* heap.c - a binary heap of keys, least first. Its room is fixed: nothing that is pushed can fail. */
#include "sim.h"
#include <stdlib.h>

static bool before(const struct key *x, const struct key *y) {
    if (x->a != y->a)
        return x->a < y->a;
    if (x->b != y->b)
        return x->b < y->b;
    return x->who < y->who;
}

static void put(struct heap *h, size_t i, struct key k) {
    h->keys[i] = k;
    if (h->at)
        h->at[k.who] = i;
}

/* Finds the place for k, up or down from the hole at i. */
static void settle(struct heap *h, size_t i, struct key k) {
    while (i > 0 && before(&k, &h->keys[(i - 1) / 2])) {
        put(h, i, h->keys[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->count)
            break;
        if (child + 1 < h->count && before(&h->keys[child + 1], &h->keys[child]))
            child++;
        if (!before(&h->keys[child], &k))
            break;
        put(h, i, h->keys[child]);
        i = child;
    }
    put(h, i, k);
}

static void drop(struct heap *h, size_t i) {
    struct key last = h->keys[--h->count];

    if (i < h->count)
        settle(h, i, last);
}

int heap_init(struct heap *h, size_t capacity, size_t removable) {
    h->keys = calloc(capacity, sizeof *h->keys);
    if (!h->keys)
        return -1;
    if (removable) {
        h->at = calloc(removable, sizeof *h->at);
        if (!h->at)
            return -1;
    }
    return 0;
}

void heap_free(struct heap *h) {
    free(h->keys);
    free(h->at);
}

void heap_push(struct heap *h, uint64_t a, uint64_t b, size_t who) {
    settle(h, h->count++, (struct key){a, b, who});
}

size_t heap_pop(struct heap *h) {
    size_t who = h->keys[0].who;

    drop(h, 0);
    return who;
}

void heap_remove(struct heap *h, size_t who) {
    drop(h, h->at[who]);
}
