/* gantt.c - draws a schedule: for each CPU a row of boxes, and below it the times at which they begin. */
#include <timeslice/scheduler.h>

#include <inttypes.h>
#include <string.h>

#define LABEL_ROOM 24

/* One box: what a CPU did from start to end. */
struct box {
    char label[LABEL_ROOM];
    int64_t start;
    int64_t end;
};

/* Walks along one CPU's row. */
struct row {
    const struct schedule *s;
    int cpu;
    size_t slice; /* the next slice and switch to look at, of any CPU */
    size_t change;
    int64_t now; /* the end of the last box */
};

static void name_box(struct box *b, int64_t job) {
    snprintf(b->label, sizeof b->label, "%" PRId64, job);
}

/* Puts the next box of the row in *b: a slice, a switch, or the idle time before either. False at the row's end.
 * SCH-GANTT-002 SCH-GANTT-003 */
static bool next_box(struct row *r, struct box *b) {
    const struct schedule *s = r->s;
    while (r->slice < s->slice_count && s->slices[r->slice].cpu != r->cpu)
        r->slice++;
    while (r->change < s->switch_count && s->switches[r->change].cpu != r->cpu)
        r->change++;
    const struct sched_slice *slice = r->slice < s->slice_count ? &s->slices[r->slice] : NULL;
    const struct sched_switch *change = r->change < s->switch_count ? &s->switches[r->change] : NULL;
    int64_t busy = s->totals.makespan;
    if (slice && slice->start < busy)
        busy = slice->start;
    if (change && change->start < busy)
        busy = change->start;

    *b = (struct box){"-", r->now, busy};
    if (slice && slice->start == r->now) {
        name_box(b, slice->job);
        b->end = slice->end;
        r->slice++;
    } else if (change && change->start == r->now) {
        *b = (struct box){"x", r->now, change->end};
        r->change++;
    }
    r->now = b->end;
    return b->start < b->end;
}

static int digits(int64_t number) {
    char text[LABEL_ROOM];
    return snprintf(text, sizeof text, "%" PRId64, number);
}

/* SCH-GANTT-001 */
static int width_of(const struct box *b) {
    int label = (int)strlen(b->label), start = digits(b->start);
    return label > start ? label : start;
}

static bool print_row(const struct schedule *s, int cpu, FILE *out) {
    struct box b;
    int prefix = fprintf(out, "CPU %d ", cpu);
    bool written = prefix > 0;
    for (struct row r = {s, cpu, 0, 0, 0}; written && next_box(&r, &b);)
        written = fprintf(out, "| %-*s ", width_of(&b), b.label) > 0;
    written = written && fprintf(out, "|\n%*s", prefix, "") > 0;
    for (struct row r = {s, cpu, 0, 0, 0}; written && next_box(&r, &b);)
        written = fprintf(out, "%-*" PRId64, width_of(&b) + 3, b.start) > 0;
    return written && fprintf(out, "%" PRId64 "\n", s->totals.makespan) > 0;
}

int schedule_print_gantt(const struct schedule *s, FILE *out) {
    for (int cpu = 0; cpu < s->cpus; cpu++)
        if (!print_row(s, cpu, out))
            return -1;
    return fflush(out) == 0 ? 0 : -1;
}
