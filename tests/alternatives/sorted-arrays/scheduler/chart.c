/* chart.c - schedule_print_gantt: a list of boxes for each CPU, sorted by start, then two loops over it. */
#include <stdlib.h>
#include <string.h>
#include <timeslice/scheduler.h>

struct box {
    int64_t start, end;
    char label[24], time[24];
};

static void fill(struct box *box, int64_t start, int64_t end, const char *label) {
    box->start = start;
    box->end = end;
    snprintf(box->label, sizeof box->label, "%s", label);
    snprintf(box->time, sizeof box->time, "%jd", (intmax_t)start);
}

static int by_start(const void *a, const void *b) {
    int64_t x = ((const struct box *)a)->start, y = ((const struct box *)b)->start;
    return x < y ? -1 : x > y;
}

/* The boxes of a CPU that are not idle, in order. Returns how many. */
static size_t collect(const struct schedule *s, int cpu, struct box *boxes) {
    size_t count = 0;
    char id[24];
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].cpu == cpu) {
            snprintf(id, sizeof id, "%jd", (intmax_t)s->slices[i].job);
            fill(&boxes[count++], s->slices[i].start, s->slices[i].end, id);
        }
    for (size_t i = 0; i < s->switch_count; i++)
        if (s->switches[i].cpu == cpu)
            fill(&boxes[count++], s->switches[i].start, s->switches[i].end, "x");
    qsort(boxes, count, sizeof *boxes, by_start);
    return count;
}

/* Puts a box into each gap. all has room for twice as many boxes and one more. */
static size_t with_gaps(const struct box *boxes, size_t count, int64_t makespan, struct box *all) {
    size_t n = 0;
    int64_t time = 0;
    for (size_t i = 0; i < count; i++) {
        if (boxes[i].start > time)
            fill(&all[n++], time, boxes[i].start, "-");
        all[n++] = boxes[i];
        time = boxes[i].end;
    }
    if (time < makespan)
        fill(&all[n++], time, makespan, "-");
    return n;
}

static int width(const struct box *box) {
    size_t a = strlen(box->label), b = strlen(box->time);
    return (int)(a < b ? b : a);
}

int schedule_print_gantt(const struct schedule *s, FILE *out) {
    size_t room = s->slice_count + s->switch_count;
    struct box *boxes = malloc((3 * room + 1) * sizeof *boxes), *all = boxes + room;
    if (!boxes)
        return -1;
    for (int cpu = 0; cpu < s->cpus; cpu++) {
        size_t count = with_gaps(boxes, collect(s, cpu, boxes), s->totals.makespan, all);
        int indent = fprintf(out, "CPU %d ", cpu);
        for (size_t i = 0; i < count; i++)
            fprintf(out, "| %-*s ", width(&all[i]), all[i].label);
        fprintf(out, "|\n%*s", indent > 0 ? indent : 0, "");
        for (size_t i = 0; i < count; i++)
            fprintf(out, "%-*s", width(&all[i]) + 3, all[i].time);
        fprintf(out, "%jd\n", (intmax_t)s->totals.makespan);
    }
    free(boxes);
    return fflush(out) != 0 || ferror(out) ? -1 : 0;
}
