/* record.c - records what happens, in the order in which it happens. */
#include "record.h"

#include <stdlib.h>

/* Makes room for one more element of the given size. NULL: ENOMEM, and the old array is unchanged. */
static void *grown(void *array, size_t count, size_t *room, size_t size) {
    if (count < *room)
        return array;
    size_t more = *room ? 2 * *room : 16;
    void *moved = reallocarray(array, more, size);
    if (moved)
        *room = more;
    return moved;
}

int record_slice(struct record *r, const struct task *t, int64_t start) {
    struct schedule *s = r->schedule;
    struct sched_slice *slices = grown(s->slices, s->slice_count, &r->slice_room, sizeof *slices);
    if (!slices)
        return -1;
    s->slices = slices;
    slices[s->slice_count++] = (struct sched_slice){t->id, (int)t->cpu, t->level, start, start};
    s->totals.dispatches++;
    return 0;
}

int record_switch(struct record *r, const struct task *t, int64_t start, int64_t end) {
    struct schedule *s = r->schedule;
    struct sched_switch *switches = grown(s->switches, s->switch_count, &r->switch_room, sizeof *switches);
    if (!switches)
        return -1;
    s->switches = switches;
    switches[s->switch_count++] = (struct sched_switch){t->id, (int)t->cpu, start, end};
    return 0;
}

/* SCH-STATE-001 SCH-STATE-003 SCH-STATE-004 SCH-STATE-005 */
int record_state(struct record *r, struct task *t, enum sched_state to, int64_t time) {
    struct schedule *s = r->schedule;
    struct sched_change *states = grown(s->states, s->state_count, &r->state_room, sizeof *states);
    if (!states)
        return -1;
    s->states = states;
    states[s->state_count++] = (struct sched_change){time, t->id, t->state, to};
    if (t->state == SCHED_RUNNING && to == SCHED_READY)
        s->totals.preemptions++; /* SCH-MET-006 */
    t->state = to;
    return 0;
}
