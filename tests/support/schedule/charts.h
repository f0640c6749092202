/* charts.h - assertions on schedules, as charts with a letter for each tick.
 *
 * "AABBA.A" is the row of a CPU. It shows which job ran at the ticks 0, 1, 2 ... A dot is an idle tick, x is a context
 * switch, # is two at once. Several CPUs have " / " between their rows. A row may have a bar where a slice begins:
 * "AA|A|BB". A failure shows the expected and the actual chart one above the other, and the first tick that differs.
 */
#ifndef SUPPORT_SCHEDULE_CHARTS_H
#define SUPPORT_SCHEDULE_CHARTS_H

#include "jobs.h"
#include "support/core/expect.h"

#define CHART_BYTES 2048
#define CHART_CPUS 8 /* a chart has no more rows */

/* The chart of options and workload (texts as in jobs.h). You need not free anything. */
#define expect_chart(how, jobs, chart) cr_assert(judged(check_chart((how), (jobs), (chart))), "%s", chart_failure())

/* The same, with the level of each tick instead of the job: "0011.1". */
#define expect_levels(how, jobs, levels) cr_assert(judged(check_levels((how), (jobs), (levels))), "%s", chart_failure())

/* All changes of state: "0 A new-ready, 0 A ready-running, 3 A running-ended". */
#define expect_states(how, jobs, states) cr_assert(judged(check_states((how), (jobs), (states))), "%s", chart_failure())

/* Only the changes from running to ready: "2 A running-ready". */
#define expect_losses(how, jobs, states) cr_assert(judged(check_losses((how), (jobs), (states))), "%s", chart_failure())

/* All slices, if there are too many ticks to draw: "A 0-5, B 5-8 cpu 1". Slices on CPU 0 do not name the CPU. */
#define expect_slices(how, jobs, slices) cr_assert(judged(check_slices((how), (jobs), (slices))), "%s", chart_failure())

/* A right run, if the run is not about the slices: there are at most so many, and they add up to the bursts. */
#define expect_few_slices(how, jobs, most) cr_assert(judged(check_few((how), (jobs), (most))), "%s", chart_failure())

/* The chart of a schedule. */
#define expect_drawing(schedule, chart, ...)                                                                           \
    cr_assert(judged(check_drawing((schedule), (chart), told(__VA_ARGS__))), "%s", chart_failure())

/* Runs the workload under the options, both as texts. It fills *out with garbage first. */
int run_texts(const char *how, const char *jobs, struct schedule *out);

/* Draws a schedule, with or without bars. */
void draw(const struct schedule *s, bool bars, char chart[static CHART_BYTES]);
void draw_levels(const struct schedule *s, char chart[static CHART_BYTES]);
void draw_slices(const struct schedule *s, char *text, size_t room);
void draw_states(const struct schedule *s, char *text, size_t room);

/* The macros above use these functions. */
bool check_chart(const char *how, const char *jobs, const char *expected);
bool check_levels(const char *how, const char *jobs, const char *expected);
bool check_slices(const char *how, const char *jobs, const char *expected);
bool check_few(const char *how, const char *jobs, size_t most);
bool check_states(const char *how, const char *jobs, const char *expected);
bool check_losses(const char *how, const char *jobs, const char *expected);
bool check_drawing(const struct schedule *s, const char *expected, const char *what);
bool check_same_drawing(const char *got, const char *expected, const char *what);
bool check_ran(const char *how, const char *jobs);         /* schedule_run failed: fails, with errno */
bool check_problem(const char *problem, const char *what); /* fails with this text */
const char *chart_failure(void);

#endif
