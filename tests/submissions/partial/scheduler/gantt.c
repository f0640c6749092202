/* gantt.c - draws a schedule. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <timeslice/scheduler.h>

struct box {
    int cpu;
    int64_t start;
    int64_t end;
    int64_t job; /* or one of the two below; ids are not negative */
};

#define IDLE (-1)
#define SWITCH (-2)

static int compare(const void *x, const void *y) {
    const struct box *a = x, *b = y;

    if (a->cpu != b->cpu)
        return a->cpu < b->cpu ? -1 : 1;
    return (a->start > b->start) - (a->start < b->start);
}

/* Prints one box or, below, its start. SCH-GANTT-001 */
static int print_box(FILE *out, const struct box *b, bool below) {
    char label[24], start[24];
    int width = snprintf(label, sizeof label, "%" PRId64, b->job);
    int other = snprintf(start, sizeof start, "%" PRId64, b->start);

    if (b->job < 0) { /* SCH-GANTT-002 */
        label[0] = b->job == IDLE ? '-' : 'x';
        label[1] = '\0';
        width = 1;
    }
    if (width < other)
        width = other;
    return below ? fprintf(out, "%-*s", width + 3, start) : fprintf(out, "| %-*s ", width, label);
}

/* Prints one of a CPU's two lines, with idle time where no box is. */
static int print_line(FILE *out, const struct box *boxes, size_t count, int64_t makespan, bool below) {
    int64_t now = 0;

    for (size_t i = 0; i < count; i++) {
        struct box idle = {0, now, boxes[i].start, IDLE};
        if (idle.start < idle.end && print_box(out, &idle, below) < 0)
            return -1;
        if (print_box(out, &boxes[i], below) < 0)
            return -1;
        now = boxes[i].end;
    }
    struct box idle = {0, now, makespan, IDLE};
    if (idle.start < idle.end && print_box(out, &idle, below) < 0)
        return -1;
    return below ? fprintf(out, "%" PRId64 "\n", makespan) : fputs("|\n", out);
}

static int print_all(const struct schedule *s, const struct box *boxes, size_t count, FILE *out) {
    size_t from = 0;

    for (int cpu = 0; cpu < s->cpus; cpu++) { /* SCH-GANTT-003 */
        size_t to = from;
        while (to < count && boxes[to].cpu == cpu)
            to++;
        int indent = fprintf(out, "CPU %d ", cpu);
        if (indent < 0 || print_line(out, boxes + from, to - from, s->totals.makespan, false) < 0 ||
            fprintf(out, "%*s", indent, "") < 0 ||
            print_line(out, boxes + from, to - from, s->totals.makespan, true) < 0)
            return -1;
        from = to;
    }
    return fflush(out); /* so that an error of writing is told here and not to whoever closes the stream */
}

/* Draws s as boxes with the times below. */
int schedule_print_gantt(const struct schedule *s, FILE *out) {
    size_t count = s->slice_count + s->switch_count;
    struct box *boxes = calloc(count + 1, sizeof *boxes); /* + 1: no NULL for nothing */

    if (!boxes)
        return -1;
    for (size_t i = 0; i < s->slice_count; i++)
        boxes[i] = (struct box){s->slices[i].cpu, s->slices[i].start, s->slices[i].end, s->slices[i].job};
    for (size_t i = 0; i < s->switch_count; i++)
        boxes[s->slice_count + i] = (struct box){s->switches[i].cpu, s->switches[i].start, s->switches[i].end, SWITCH};
    qsort(boxes, count, sizeof *boxes, compare);

    int failed = print_all(s, boxes, count, out);
    int error = errno;
    free(boxes);
    errno = error;
    return failed ? -1 : 0;
}
