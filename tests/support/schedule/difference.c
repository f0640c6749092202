/* difference.c - compares the slices and switches of two schedules. */
#include "difference.h"

static int64_t at;

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

static void differ_at(int64_t time) {
    at = time < at ? time : at;
}

static void compare(const struct schedule *a, const struct schedule *b) {
    for (size_t i = 0; i < a->slice_count; i++) {
        const struct sched_slice *other = same_slice(b, &a->slices[i]);
        if (!other)
            differ_at(a->slices[i].start);
        else if (other->end != a->slices[i].end)
            differ_at(other->end < a->slices[i].end ? other->end : a->slices[i].end);
    }
    for (size_t i = 0; i < a->switch_count; i++) {
        const struct sched_switch *other = same_switch(b, &a->switches[i]);
        if (!other)
            differ_at(a->switches[i].start);
        else if (other->end != a->switches[i].end)
            differ_at(other->end < a->switches[i].end ? other->end : a->switches[i].end);
    }
}

int64_t first_difference(const struct schedule *a, const struct schedule *b) {
    at = INT64_MAX;
    compare(a, b);
    compare(b, a);
    return at;
}
