/* gantt_large.c - charts with many CPUs, many boxes and long numbers, and charts that cannot be written. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/rounds.h"
#include "support/core/seed.h"

#include <timeslice/scheduler.h>

#define BOXES_MAX 1024
#define CPUS_MAX 16

/* A schedule made by hand. What a chart does not need is not there. */
static struct sched_slice slices[BOXES_MAX];
static struct sched_switch switches[BOXES_MAX];
static struct schedule made = {.slices = slices, .switches = switches};

static char *text, *drawn;
static size_t text_len, drawn_len;

static int print_quietly(const struct schedule *s) {
    FILE *out = open_memstream(&text, &text_len);
    require(out != NULL, "open a stream in memory");
    int done = schedule_print_gantt(s, out);
    require(fclose(out) == 0, "write to memory");
    return done;
}

static void print(const struct schedule *s) {
    expect_int(print_quietly(s), 0, "schedule_print_gantt");
}

/* ---- the rules of the chapter once more, box by box ---- */

static void draw_box(FILE *upper, FILE *lower, const char *label, int64_t start) {
    char time[24];
    int width = snprintf(time, sizeof time, "%" PRId64, start);
    if ((int)strlen(label) > width)
        width = (int)strlen(label);
    fprintf(upper, "| %-*s ", width, label);
    fprintf(lower, "%-*s", width + 3, time);
}

/* Draws what begins at this time on this CPU, and returns when it ends. */
static int64_t draw_next(FILE *upper, FILE *lower, int cpu, int64_t now) {
    int64_t next = made.totals.makespan;
    char label[24];
    for (size_t i = 0; i < made.slice_count; i++) {
        if (slices[i].cpu != cpu || slices[i].start < now)
            continue;
        if (slices[i].start == now) {
            snprintf(label, sizeof label, "%" PRId64, slices[i].job);
            draw_box(upper, lower, label, now);
            return slices[i].end;
        }
        next = slices[i].start < next ? slices[i].start : next;
    }
    for (size_t i = 0; i < made.switch_count; i++) {
        if (switches[i].cpu != cpu || switches[i].start < now)
            continue;
        if (switches[i].start == now) {
            draw_box(upper, lower, "x", now);
            return switches[i].end;
        }
        next = switches[i].start < next ? switches[i].start : next;
    }
    draw_box(upper, lower, "-", now);
    return next;
}

static void draw_made(void) {
    FILE *all = open_memstream(&drawn, &drawn_len);
    require(all != NULL, "open a stream in memory");
    for (int cpu = 0; cpu < made.cpus; cpu++) {
        char *rows[2];
        size_t lens[2];
        FILE *upper = open_memstream(&rows[0], &lens[0]), *lower = open_memstream(&rows[1], &lens[1]);
        require(upper && lower, "open a stream in memory");
        int prefix = fprintf(upper, "CPU %d ", cpu);
        fprintf(lower, "%*s", prefix, "");
        for (int64_t now = 0; now < made.totals.makespan;)
            now = draw_next(upper, lower, cpu, now);
        fprintf(upper, "|");
        fprintf(lower, "%" PRId64, made.totals.makespan);
        require(fclose(upper) == 0 && fclose(lower) == 0, "write to memory");
        fprintf(all, "%s\n%s\n", rows[0], rows[1]);
        free(rows[0]);
        free(rows[1]);
    }
    require(fclose(all) == 0, "write to memory");
}

/* Shows the line that differs, because a chart may be long. */
static void expect_same(const char *what) {
    size_t line = 1, from = 0, at = 0;
    static char got[4096], expected[4096];
    while (text[at] && text[at] == drawn[at])
        if (drawn[at++] == '\n')
            line++, from = at;
    snprintf(got, sizeof got, "%.*s", (int)strcspn(text + from, "\n"), text + from);
    snprintf(expected, sizeof expected, "%.*s", (int)strcspn(drawn + from, "\n"), drawn + from);
    bool same = text[at] == drawn[at];
    free(text);
    free(drawn);
    if (!same)
        expect_text(got, expected, "line %zu of the chart: %s", line, what);
    expect_true(same, "the chart is right in each byte: %s", what);
}

/* Fills the schedule. Numbers have up to so many bits. Slices are sorted by start, as those of schedule_run. */
static void make(struct dice *dice, int cpus, unsigned boxes, unsigned bits, bool gaps) {
    int64_t free_at[CPUS_MAX] = {0}, start = 0;
    made.cpus = cpus;
    made.slice_count = made.switch_count = 0;
    made.totals.makespan = 0;
    for (unsigned i = 0; i < boxes; i++) {
        int cpu = (int)dice_below(dice, (unsigned)cpus);
        int64_t wait = gaps && dice_below(dice, 2) ? 1 + (int64_t)(dice_roll(dice) >> (64 - bits)) : 0;
        int64_t length = 1 + (int64_t)(dice_roll(dice) >> (64 - bits)), id = (int64_t)(dice_roll(dice) >> (64 - bits));
        start = free_at[cpu] > start ? free_at[cpu] : start;
        start += wait;
        if (gaps && dice_below(dice, 4) == 0)
            switches[made.switch_count++] = (struct sched_switch){id, cpu, start, start + length};
        else
            slices[made.slice_count++] = (struct sched_slice){id, cpu, 0, start, start + length};
        free_at[cpu] = start + length;
        if (free_at[cpu] > made.totals.makespan)
            made.totals.makespan = free_at[cpu];
    }
}

static void expect_charts(const char *what, unsigned count, int cpus, unsigned boxes, unsigned bits, bool gaps) {
    struct dice dice = dice_for(what);
    unsigned last = rounds(count), failed = 0;
    for (unsigned i = 0; i < last; i++) {
        make(&dice, 1 + (int)dice_below(&dice, (unsigned)cpus), 1 + dice_below(&dice, boxes), bits, gaps);
        failed += print_quietly(&made) != 0;
        draw_made();
        if (strcmp(text, drawn) != 0 || i + 1 == last)
            expect_same(what);
        else
            free(text), free(drawn);
    }
    expect_int(failed, 0, "charts that could not be printed: %s", what);
}

Test(sched_gantt, draws_every_width, .timeout = 5,
     .description =
         "SCH-GANTT-001 SCH-GANTT-001a SCH-GANTT-001c SCH-GANTT-001e SCH-GANTT-001g SCH-GANTT-001h: random boxes") {
    expect_charts("one CPU, short numbers", 60, 1, 12, 7, false);
    expect_charts("one CPU, long numbers", 60, 1, 12, 56, false);
}

Test(sched_gantt, draws_many_cpus, .timeout = 5,
     .description =
         "SCH-GANTT-003 SCH-GANTT-003a SCH-GANTT-001b SCH-GANTT-001d SCH-GANTT-001f: random charts of 1 to 16 CPUs") {
    struct sched_slice one[] = {{7, 10, 0, 0, 3}};
    print(&(struct schedule){.cpus = 12, .slices = one, .slice_count = 1, .totals.makespan = 3});
    expect_true(strstr(text, "CPU 9 | - |\n      0   3\nCPU 10 | 7 |\n       0   3\nCPU 11 | - |\n       0   3\n") !=
                    NULL,
                "the lines of the CPUs 9, 10 and 11");
    free(text);
    expect_charts("many CPUs", 60, 16, 40, 10, false);
}

Test(sched_gantt, draws_all_idle_times_and_switches, .timeout = 5,
     .description =
         "SCH-GANTT-002 SCH-GANTT-002a SCH-GANTT-002b: random charts with gaps and switches, on 1 to 3 CPUs") {
    expect_charts("gaps and switches", 100, 3, 16, 8, true);
}

/* Every box of these has its own width, and times are above 2^31 and 2^53. */
Test(sched_gantt, draws_long_charts, .timeout = 5,
     .description = "SCH-GANTT-001 SCH-RULE-005: a thousand slices, and times from 2^31 to INT64_MAX") {
    struct dice dice = dice_for("a thousand slices");
    make(&dice, 2, 1000, 5, false);
    print(&made);
    draw_made();
    expect_same("a thousand slices");
    make(&dice, 11, 1000, 32, true);
    print(&made);
    draw_made();
    expect_same("a thousand slices above 2^31");
    struct sched_slice long_ones[] = {{INT64_MAX, 0, 0, 2147483647, 4294967296},
                                      {4294967297, 0, 0, 4294967296, 9007199254740993},
                                      {1, 0, 0, 9223372036854775806, INT64_MAX}};
    print(&(struct schedule){.cpus = 1, .slices = long_ones, .slice_count = 3, .totals.makespan = INT64_MAX});
    expect_text(text,
                "CPU 0 | - | 9223372036854775807 | 4294967297 | -                | 1                   |\n"
                "      0   2147483647            4294967296   9007199254740993   9223372036854775806   "
                "9223372036854775807\n",
                "times up to INT64_MAX");
    free(text);
}

Test(sched_gantt, draws_cpus_without_jobs, .timeout = 3,
     .description = "SCH-GANTT-003b SCH-RULE-003a: no jobs on one and on twelve CPUs; both arrays are NULL") {
    print(&(struct schedule){.cpus = 1});
    expect_text(text, "CPU 0 |\n      0\n", "one CPU");
    free(text);
    print(&(struct schedule){.cpus = 12});
    expect_true(strstr(text, "CPU 10 |\n       0\nCPU 11 |\n       0\n") != NULL, "the lines of the CPUs 10 and 11");
    free(text);
}

Test(sched_gantt, tells_when_it_cannot_write, .timeout = 3,
     .description = "SCH-GANTT-001i: a full device, and a file whose size is looked at before it is closed") {
    struct sched_slice one[] = {{1, 0, 0, 0, 1}};
    struct schedule s = {.cpus = 1, .slices = one, .slice_count = 1, .totals.makespan = 1};
    struct stat info;
    FILE *file = tmpfile(), *full = fopen("/dev/full", "w");
    require(file && full, "open files");
    expect_int(schedule_print_gantt(&s, file), 0, "schedule_print_gantt to a file");
    require(fstat(fileno(file), &info) == 0, "look at the file");
    expect_int(info.st_size, 24, "the size of the file before it is closed: all is written");
    fclose(file);
    expect_int(schedule_print_gantt(&s, full), -1, "schedule_print_gantt to a full device");
    fclose(full);
}
