/* difference.c - compares the slices and switches of two schedules. */
#include "difference.h"

#include <stdbool.h>

const struct sched_slice *same_slice(const struct schedule *s, const struct sched_slice *slice) {
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_slice *c = &s->slices[i];
        if (c->job == slice->job && c->cpu == slice->cpu && c->start == slice->start && c->level == slice->level)
            return c;
    }
    return NULL;
}

const struct sched_switch *same_switch(const struct schedule *s, const struct sched_switch *change) {
    for (size_t i = 0; i < s->switch_count; i++) {
        const struct sched_switch *c = &s->switches[i];
        if (c->job == change->job && c->cpu == change->cpu && c->start == change->start)
            return c;
    }
    return NULL;
}

static int64_t earlier(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* One schedule has a slice or a switch. The other has one that begins in the same way and ends at `other`, or none.
 * Returns where they differ, or INT64_MAX. */
static int64_t difference_of(int64_t start, int64_t end, bool found, int64_t other) {
    if (!found)
        return start;
    return end == other ? INT64_MAX : earlier(end, other);
}

static int64_t difference_in(const struct schedule *a, const struct schedule *b) {
    int64_t at = INT64_MAX;
    for (size_t i = 0; i < a->slice_count; i++) {
        const struct sched_slice *c = &a->slices[i], *other = same_slice(b, c);
        at = earlier(at, difference_of(c->start, c->end, other != NULL, other ? other->end : 0));
    }
    for (size_t i = 0; i < a->switch_count; i++) {
        const struct sched_switch *c = &a->switches[i], *other = same_switch(b, c);
        at = earlier(at, difference_of(c->start, c->end, other != NULL, other ? other->end : 0));
    }
    return at;
}

int64_t first_difference(const struct schedule *a, const struct schedule *b) {
    return earlier(difference_in(a, b), difference_in(b, a));
}
