/* diary.c - writes records into streams in memory. The buffers of the streams become the arrays. */
#include "desk.h"

#include <errno.h>
#include <stdlib.h>

int diary_open(struct desk *d) {
    struct diary *diary = &d->diary;
    diary->slices = open_memstream((char **)&d->out->slices, &diary->slice_bytes);
    diary->switches = open_memstream((char **)&d->out->switches, &diary->switch_bytes);
    diary->states = open_memstream((char **)&d->out->states, &diary->state_bytes);
    return diary->slices && diary->switches && diary->states ? 0 : -1;
}

/* A stream in memory that cannot grow does not keep an error, so each write is looked at. */
static void put(struct desk *d, FILE *stream, const void *record, size_t size) {
    if (fwrite(record, size, 1, stream) != 1)
        d->diary.is_full = true;
}

static int put_away(FILE *stream) {
    if (!stream)
        return -1;
    return fclose(stream) == 0 ? 0 : -1;
}

static int slice_order(const void *a, const void *b) {
    const struct sched_slice *x = a, *y = b;
    return x->start != y->start ? (x->start > y->start) * 2 - 1 : x->cpu - y->cpu;
}

static int switch_order(const void *a, const void *b) {
    const struct sched_switch *x = a, *y = b;
    return x->start != y->start ? (x->start > y->start) * 2 - 1 : x->cpu - y->cpu;
}

/* Slices and switches were written when they ended. They are sorted by their start. */
int diary_close(struct desk *d) {
    struct diary *diary = &d->diary;
    int trouble = put_away(diary->slices);
    trouble |= put_away(diary->switches);
    trouble |= put_away(diary->states);
    if (trouble || diary->is_full)
        return -1;
    d->out->slice_count = diary->slice_bytes / sizeof *d->out->slices;
    d->out->switch_count = diary->switch_bytes / sizeof *d->out->switches;
    d->out->state_count = diary->state_bytes / sizeof *d->out->states;
    qsort(d->out->slices, d->out->slice_count, sizeof *d->out->slices, slice_order);
    qsort(d->out->switches, d->out->switch_count, sizeof *d->out->switches, switch_order);
    return 0;
}

void write_slice(struct desk *d, size_t seat) {
    const struct seat *s = &d->seats[seat];
    struct sched_slice slice = {s->holder->job->id, (int)seat, s->holder->level, (int64_t)s->since, (int64_t)d->now};
    put(d, d->diary.slices, &slice, sizeof slice);
}

void write_switch(struct desk *d, size_t seat) {
    const struct seat *s = &d->seats[seat];
    struct sched_switch change = {s->holder->job->id, (int)seat, (int64_t)s->since, (int64_t)d->now};
    put(d, d->diary.switches, &change, sizeof change);
}

void write_change(struct desk *d, const struct client *e, enum sched_state from, enum sched_state to) {
    struct sched_change change = {(int64_t)d->now, e->job->id, from, to};
    put(d, d->diary.states, &change, sizeof change);
}
