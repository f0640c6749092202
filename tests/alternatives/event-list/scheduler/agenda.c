/* agenda.c - a binary heap of events. */
#include "agenda.h"

#include <stdlib.h>

static bool sooner(const struct event *a, const struct event *b) {
    if (a->time != b->time)
        return a->time < b->time;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->first != b->first)
        return a->first < b->first;
    return a->second < b->second;
}

bool agenda_add(struct agenda *agenda, struct event event) {
    if (agenda->used == agenda->room) {
        size_t room = agenda->room ? agenda->room * 2 : 32;
        struct event *heap = realloc(agenda->heap, room * sizeof *heap);
        if (!heap)
            return false;
        agenda->heap = heap;
        agenda->room = room;
    }
    size_t hole = agenda->used++;
    for (; hole > 0 && sooner(&event, &agenda->heap[(hole - 1) / 2]); hole = (hole - 1) / 2)
        agenda->heap[hole] = agenda->heap[(hole - 1) / 2];
    agenda->heap[hole] = event;
    return true;
}

bool agenda_next(struct agenda *agenda, struct event *next) {
    if (agenda->used == 0)
        return false;
    *next = agenda->heap[0];
    struct event last = agenda->heap[--agenda->used];
    size_t hole = 0;
    for (;;) {
        size_t child = 2 * hole + 1;
        if (child >= agenda->used)
            break;
        if (child + 1 < agenda->used && sooner(&agenda->heap[child + 1], &agenda->heap[child]))
            child++;
        if (!sooner(&agenda->heap[child], &last))
            break;
        agenda->heap[hole] = agenda->heap[child];
        hole = child;
    }
    if (agenda->used > 0)
        agenda->heap[hole] = last;
    return true;
}
