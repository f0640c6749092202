/* line.c - an ordered array: to put in or take out moves everything behind. */
#include "desk.h"

#include <string.h>

void line_put(struct line *line, size_t where, struct client *e) {
    struct client **hole = line->at + where;
    memmove(hole + 1, hole, (line->length - where) * sizeof *hole);
    *hole = e;
    line->length++;
}

struct client *line_take(struct line *line, size_t where) {
    struct client **hole = line->at + where, *taken = *hole;
    line->length--;
    memmove(hole, hole + 1, (line->length - where) * sizeof *hole);
    return taken;
}
