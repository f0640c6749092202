/* gantt.c - both lines of a CPU grow together, in two streams in memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/scheduler.h>

struct rows {
    FILE *upper, *lower;
    int64_t drawn; /* the time up to which there are boxes */
};

static void box(struct rows *rows, const char *label, int64_t start, int64_t end) {
    char time[24];
    int length = snprintf(time, sizeof time, "%lld", (long long)start);
    int width = (int)strlen(label) > length ? (int)strlen(label) : length;
    fprintf(rows->upper, "| %-*s ", width, label);
    fprintf(rows->lower, "%-*s", width + 3, time);
    rows->drawn = end;
}

static void box_after_idle(struct rows *rows, const char *label, int64_t start, int64_t end) {
    if (start > rows->drawn)
        box(rows, "-", rows->drawn, start);
    if (label)
        box(rows, label, start, end);
}

static void boxes(const struct schedule *s, int cpu, struct rows *rows) {
    size_t i = 0, k = 0;
    for (;;) {
        while (i < s->slice_count && s->slices[i].cpu != cpu)
            i++;
        while (k < s->switch_count && s->switches[k].cpu != cpu)
            k++;
        const struct sched_slice *slice = i < s->slice_count ? &s->slices[i] : NULL;
        const struct sched_switch *change = k < s->switch_count ? &s->switches[k] : NULL;
        if (change && (!slice || change->start < slice->start)) {
            box_after_idle(rows, "x", change->start, change->end);
            k++;
        } else if (slice) {
            char id[24];
            snprintf(id, sizeof id, "%lld", (long long)slice->job);
            box_after_idle(rows, id, slice->start, slice->end);
            i++;
        } else {
            break;
        }
    }
    box_after_idle(rows, NULL, s->totals.makespan, s->totals.makespan);
}

static int draw_cpu(const struct schedule *s, int cpu, FILE *out) {
    char *upper = NULL, *lower = NULL;
    size_t upper_length, lower_length;
    struct rows rows = {.upper = open_memstream(&upper, &upper_length), .lower = open_memstream(&lower, &lower_length)};
    bool fine = rows.upper && rows.lower;
    if (fine) {
        int name = fprintf(rows.upper, "CPU %d ", cpu);
        fprintf(rows.lower, "%*s", name, "");
        boxes(s, cpu, &rows);
        fprintf(rows.upper, "|");
        fprintf(rows.lower, "%lld", (long long)s->totals.makespan);
    }
    if (rows.upper && fclose(rows.upper) != 0)
        fine = false;
    if (rows.lower && fclose(rows.lower) != 0)
        fine = false;
    fine = fine && fprintf(out, "%s\n%s\n", upper, lower) >= 0;
    int error = errno;
    free(upper);
    free(lower);
    errno = error;
    return fine ? 0 : -1;
}

int schedule_print_gantt(const struct schedule *s, FILE *out) {
    for (int cpu = 0; cpu < s->cpus; cpu++)
        if (draw_cpu(s, cpu, out) != 0)
            return -1;
    return fflush(out) == 0 ? 0 : -1;
}
