/* record.c - what is written down, in three arrays that grow. */
#include "machine.h"

#include <errno.h>
#include <stdlib.h>

/* The array with room for one element more. NULL: m->error is set. */
static void *grown(struct machine *m, void *array, size_t count, size_t *room, size_t size) {
    if (count < *room)
        return array;
    size_t more = *room < 16 ? 16 : *room + *room / 2;
    void *larger = realloc(array, more * size);
    if (!larger) {
        m->error = ENOMEM;
        return NULL;
    }
    *room = more;
    return larger;
}

void record_state(struct machine *m, size_t task, enum sched_state from, enum sched_state to) {
    struct sched_change *states = grown(m, m->out->states, m->out->state_count, &m->state_room, sizeof *states);
    if (!states)
        return;
    m->out->states = states;
    states[m->out->state_count++] = (struct sched_change){m->now, task_id(m, task), from, to};
}

void record_slice(struct machine *m, size_t cpu) {
    struct sched_slice *slices = grown(m, m->out->slices, m->out->slice_count, &m->slice_room, sizeof *slices);
    if (!slices)
        return;
    m->out->slices = slices;
    const struct task *t = &m->tasks[m->cpus[cpu].task];
    m->cpus[cpu].slice = m->out->slice_count++;
    slices[m->cpus[cpu].slice] = (struct sched_slice){
        .job = t->job->id, .cpu = (int)cpu, .level = has_levels(m) ? t->level : 0, .start = m->now, .end = m->now};
}

void record_switch(struct machine *m, size_t cpu) {
    struct sched_switch *all = grown(m, m->out->switches, m->out->switch_count, &m->switch_room, sizeof *all);
    if (!all)
        return;
    m->out->switches = all;
    m->cpus[cpu].change = m->out->switch_count++;
    all[m->cpus[cpu].change] =
        (struct sched_switch){.job = task_id(m, m->cpus[cpu].task), .cpu = (int)cpu, .start = m->now, .end = m->now};
}
