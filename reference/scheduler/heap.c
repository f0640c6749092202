/* heap.c - a binary heap that knows the place of each value. So it removes any value in O(log n). */
#include "heap.h"

#include <stdlib.h>

int heap_open(struct heap *h, size_t capacity) {
    h->count = 0;
    h->items = calloc(capacity ? capacity : 1, sizeof *h->items);
    h->places = calloc(capacity ? capacity : 1, sizeof *h->places);
    if (h->items && h->places)
        return 0;
    heap_close(h);
    return -1;
}

void heap_close(struct heap *h) {
    free(h->items);
    free(h->places);
    *h = (struct heap){0};
}

static bool before(const struct heap_item *a, const struct heap_item *b) {
    return a->key != b->key ? a->key < b->key : a->tie < b->tie;
}

static void settle(struct heap *h, size_t at, struct heap_item item) {
    h->items[at] = item;
    h->places[item.value] = at + 1;
}

static void sift_up(struct heap *h, size_t at, struct heap_item item) {
    while (at > 0 && before(&item, &h->items[(at - 1) / 2])) {
        settle(h, at, h->items[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    settle(h, at, item);
}

static void sift_down(struct heap *h, size_t at, struct heap_item item) {
    for (size_t child = 2 * at + 1; child < h->count; child = 2 * at + 1) {
        if (child + 1 < h->count && before(&h->items[child + 1], &h->items[child]))
            child++;
        if (!before(&h->items[child], &item))
            break;
        settle(h, at, h->items[child]);
        at = child;
    }
    settle(h, at, item);
}

void heap_put(struct heap *h, int64_t key, int64_t tie, size_t value) {
    sift_up(h, h->count++, (struct heap_item){key, tie, value});
}

void heap_remove(struct heap *h, size_t value) {
    if (h->places[value] == 0)
        return;
    size_t at = h->places[value] - 1;
    struct heap_item last = h->items[--h->count];
    h->places[value] = 0;
    if (at == h->count)
        return;
    if (at > 0 && before(&last, &h->items[(at - 1) / 2]))
        sift_up(h, at, last);
    else
        sift_down(h, at, last);
}

size_t heap_take(struct heap *h) {
    size_t value = h->items[0].value;
    heap_remove(h, value);
    return value;
}
