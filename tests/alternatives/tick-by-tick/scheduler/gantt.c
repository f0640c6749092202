/* gantt.c - collects the boxes of a row first, fills the gaps, and then writes both lines. */
#include <timeslice/scheduler.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct box {
    int64_t start, end;
    char label[24];
};

static int by_start(const void *a, const void *b) {
    const struct box *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

/* The boxes of one CPU, idle ones too. NULL: no memory. */
static struct box *boxes_of(const struct schedule *s, int cpu, size_t *count) {
    struct box *boxes = calloc(2 * (s->slice_count + s->switch_count) + 1, sizeof *boxes);
    size_t n = 0;
    if (!boxes)
        return NULL;
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].cpu == cpu) {
            boxes[n] = (struct box){s->slices[i].start, s->slices[i].end, ""};
            snprintf(boxes[n++].label, sizeof boxes->label, "%" PRId64, s->slices[i].job);
        }
    for (size_t i = 0; i < s->switch_count; i++)
        if (s->switches[i].cpu == cpu)
            boxes[n++] = (struct box){s->switches[i].start, s->switches[i].end, "x"};
    qsort(boxes, n, sizeof *boxes, by_start);
    size_t known = n;
    for (size_t i = 0; i <= known; i++) {
        int64_t from = i == 0 ? 0 : boxes[i - 1].end, to = i == known ? s->totals.makespan : boxes[i].start;
        if (from < to)
            boxes[n++] = (struct box){from, to, "-"};
    }
    qsort(boxes, n, sizeof *boxes, by_start);
    *count = n;
    return boxes;
}

static void write_row(const struct schedule *s, int cpu, const struct box *boxes, size_t count, FILE *out) {
    char number[24];
    int margin = fprintf(out, "CPU %d ", cpu);
    for (size_t i = 0; i < count; i++) {
        size_t width = (size_t)snprintf(number, sizeof number, "%" PRId64, boxes[i].start);
        if (strlen(boxes[i].label) > width)
            width = strlen(boxes[i].label);
        fprintf(out, "| %-*s ", (int)width, boxes[i].label);
    }
    fprintf(out, "|\n%*s", margin, "");
    for (size_t i = 0; i < count; i++) {
        size_t width = (size_t)snprintf(number, sizeof number, "%" PRId64, boxes[i].start);
        if (strlen(boxes[i].label) > width)
            width = strlen(boxes[i].label);
        fprintf(out, "%-*s", (int)width + 3, number);
    }
    fprintf(out, "%" PRId64 "\n", s->totals.makespan);
}

int schedule_print_gantt(const struct schedule *s, FILE *out) {
    for (int cpu = 0; cpu < s->cpus; cpu++) {
        size_t count;
        struct box *boxes = boxes_of(s, cpu, &count);
        if (!boxes)
            return -1;
        write_row(s, cpu, boxes, count, out);
        free(boxes);
    }
    return fflush(out) != 0 || ferror(out) ? -1 : 0;
}
