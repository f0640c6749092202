/* record.c - writes down slices, context switches and changes of state.
 *
 * Everything is appended when it begins, and the engine lets things begin in the order that the spec wants:
 * SCH-STATE-004. Ends are filled in when they are known.
 */
#include "sim.h"
#include <stdlib.h>

/* Makes room for one element more. Returns the array, or NULL with the old one as it was. */
static void *room(void *array, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return array;

    size_t more = *capacity ? *capacity * 2 : 64;
    void *grown = reallocarray(array, more, size);
    if (grown)
        *capacity = more;
    return grown;
}

int record_slice(struct record *r, int64_t job, size_t cpu, int level, int64_t start) {
    struct sched_slice *a = room(r->s->slices, r->s->slice_count, &r->slice_room, sizeof *a);

    if (!a)
        return -1;
    r->s->slices = a;
    a[r->s->slice_count++] = (struct sched_slice){job, (int)cpu, level, start, start};
    return 0;
}

int record_switch(struct record *r, int64_t job, size_t cpu, int64_t start) {
    struct sched_switch *a = room(r->s->switches, r->s->switch_count, &r->switch_room, sizeof *a);

    if (!a)
        return -1;
    r->s->switches = a;
    a[r->s->switch_count++] = (struct sched_switch){job, (int)cpu, start, start};
    return 0;
}

/* SCH-STATE-001 */
int record_change(struct record *r, int64_t time, int64_t job, enum sched_state from, enum sched_state to) {
    struct sched_change *a = room(r->s->states, r->s->state_count, &r->state_room, sizeof *a);

    if (!a)
        return -1;
    r->s->states = a;
    a[r->s->state_count++] = (struct sched_change){time, job, from, to};
    if (from == SCHED_RUNNING && to == SCHED_READY)
        r->s->totals.preemptions++; /* SCH-MET-006 */
    return 0;
}
