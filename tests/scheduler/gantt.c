/* gantt.c - the Gantt chart as text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/core/require.h"

#include <timeslice/scheduler.h>

/* These schedules are made by hand, so that the chart does not need a scheduler that works. */
static void expect_printed(const struct schedule *s, const char *expected, const char *what) {
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    require(out != NULL, "open a stream in memory");
    step("schedule_print_gantt: %s", what);
    int done = schedule_print_gantt(s, out);
    require(fclose(out) == 0, "write to memory");
    static char got[2048];
    snprintf(got, sizeof got, "%s", text);
    free(text);
    expect_int(done, 0, "schedule_print_gantt");
    expect_text(got, expected, "%s", what);
}

Test(sched_gantt, draws_boxes_with_their_times, .timeout = 3,
     .description = "SCH-GANTT-001: the five jobs under FCFS, then long ids and long times") {
    struct sched_slice five[] = {
        {1, 0, 0, 0, 5}, {2, 0, 0, 5, 8}, {3, 0, 0, 8, 14}, {4, 0, 0, 14, 15}, {5, 0, 0, 15, 17}};
    expect_printed(&(struct schedule){.cpus = 1, .slices = five, .slice_count = 5, .totals.makespan = 17},
                   "CPU 0 | 1 | 2 | 3 | 4  | 5  |\n"
                   "      0   5   8   14   15   17\n",
                   "the five jobs under FCFS");
    struct sched_slice wide[] = {{1234, 0, 0, 0, 2}, {7, 0, 0, 2, 1000}, {7, 0, 0, 1000, 2000}, {88, 0, 0, 2000, 2001}};
    expect_printed(&(struct schedule){.cpus = 1, .slices = wide, .slice_count = 4, .totals.makespan = 2001},
                   "CPU 0 | 1234 | 7 | 7    | 88   |\n"
                   "      0      2   1000   2000   2001\n",
                   "long ids and long times");
}

Test(sched_gantt, draws_idle_time_and_switches, .timeout = 3,
     .description = "SCH-GANTT-002: a switch before idle time, then idle time first and two switches") {
    struct sched_slice slices[] = {{1, 0, 0, 0, 2}, {2, 0, 0, 2, 5}, {30, 0, 0, 10, 12}};
    struct sched_switch change[] = {{30, 0, 5, 6}};
    expect_printed(&(struct schedule){.cpus = 1,
                                      .slices = slices,
                                      .slice_count = 3,
                                      .switches = change,
                                      .switch_count = 1,
                                      .totals.makespan = 12},
                   "CPU 0 | 1 | 2 | x | - | 30 |\n"
                   "      0   2   5   6   10   12\n",
                   "a switch and idle time behind it");
    struct sched_slice two[] = {{1, 0, 0, 3, 4}, {2, 0, 0, 9, 10}};
    struct sched_switch twice[] = {{3, 0, 4, 5}, {2, 0, 5, 9}};
    expect_printed(
        &(struct schedule){
            .cpus = 1, .slices = two, .slice_count = 2, .switches = twice, .switch_count = 2, .totals.makespan = 10},
        "CPU 0 | - | 1 | x | x | 2 |\n"
        "      0   3   4   5   9   10\n",
        "idle time first, and two switches one after the other");
}

Test(sched_gantt, draws_a_row_for_each_cpu, .timeout = 3,
     .description = "SCH-GANTT-003: three CPUs, one of them never used; no jobs; one job") {
    struct sched_slice slices[] = {{1, 0, 0, 0, 2}, {2, 1, 0, 0, 4}, {3, 0, 0, 2, 3}, {1, 0, 0, 5, 7}, {3, 1, 0, 5, 8}};
    expect_printed(&(struct schedule){.cpus = 3, .slices = slices, .slice_count = 5, .totals.makespan = 8},
                   "CPU 0 | 1 | 3 | - | 1 | - |\n"
                   "      0   2   3   5   7   8\n"
                   "CPU 1 | 2 | - | 3 |\n"
                   "      0   4   5   8\n"
                   "CPU 2 | - |\n"
                   "      0   8\n",
                   "three CPUs, the last of them idle");
    expect_printed(&(struct schedule){.cpus = 1}, "CPU 0 |\n      0\n", "no jobs");
    struct sched_slice one[] = {{1, 0, 0, 0, 1}};
    expect_printed(&(struct schedule){.cpus = 1, .slices = one, .slice_count = 1, .totals.makespan = 1},
                   "CPU 0 | 1 |\n      0   1\n", "one job");
}
