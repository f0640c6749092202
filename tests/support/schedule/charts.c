/* charts.c - draws schedules and shows two drawings one above the other. */
#include "charts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "blame.h"
#include "model.h"
#include "support/core/rounds.h"

#define TICKS_MAX 480

static char failure[2 * CHART_BYTES + 4 * 8192];

const char *chart_failure(void) {
    return failure;
}

/* ---- drawing ---- */

static char letter(int64_t job) {
    return job >= 1 && job <= JOBS_MAX ? (char)('A' + job - 1) : '?';
}

struct canvas {
    char tick[CHART_CPUS][TICKS_MAX + 1];
    bool begins[CHART_CPUS][TICKS_MAX + 1];
};

/* Draws only what is on the canvas, because a wrong schedule may contain anything. */
static void paint(struct canvas *c, int cpu, int64_t start, int64_t end, char with) {
    if (cpu < 0 || cpu >= CHART_CPUS || start < 0 || start >= TICKS_MAX)
        return;
    c->begins[cpu][start] = true;
    for (int64_t t = start; t < end && t < TICKS_MAX; t++)
        c->tick[cpu][t] = c->tick[cpu][t] == '.' ? with : '#';
    if (end >= 0 && end < TICKS_MAX)
        c->begins[cpu][end] = true;
}

static void paint_all(struct canvas *c, const struct schedule *s, bool levels) {
    memset(c->tick, '.', sizeof c->tick);
    memset(c->begins, 0, sizeof c->begins);
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_slice *slice = &s->slices[i];
        int level = slice->level >= 0 && slice->level <= 9 ? '0' + slice->level : '?';
        paint(c, slice->cpu, slice->start, slice->end, levels ? (char)level : letter(slice->job));
    }
    for (size_t i = 0; i < s->switch_count && !levels; i++)
        paint(c, s->switches[i].cpu, s->switches[i].start, s->switches[i].end, 'x');
}

/* The chart ends with the last slice. The totals do not matter, because they may be wrong. */
static int64_t length_of(const struct schedule *s) {
    int64_t length = 0;
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].end > length)
            length = s->slices[i].end;
    return length < TICKS_MAX ? length : TICKS_MAX;
}

static void write_rows(const struct canvas *c, int cpus, int64_t length, bool bars, char *chart) {
    size_t used = 0;
    for (int cpu = 0; cpu < cpus && cpu < CHART_CPUS; cpu++) {
        if (cpu > 0)
            used += (size_t)sprintf(chart + used, " / ");
        for (int64_t t = 0; t < length && used < CHART_BYTES - 8; t++) {
            if (bars && t > 0 && c->begins[cpu][t])
                chart[used++] = '|';
            chart[used++] = c->tick[cpu][t];
        }
    }
    chart[used] = '\0';
}

void draw(const struct schedule *s, bool bars, char chart[static CHART_BYTES]) {
    static struct canvas c;
    paint_all(&c, s, false);
    write_rows(&c, s->cpus, length_of(s), bars, chart);
}

void draw_levels(const struct schedule *s, char chart[static CHART_BYTES]) {
    static struct canvas c;
    paint_all(&c, s, true);
    write_rows(&c, s->cpus, length_of(s), false, chart);
}

void draw_slices(const struct schedule *s, char *text, size_t room) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < s->slice_count && used + 96 < room; i++) {
        const struct sched_slice *c = &s->slices[i];
        used +=
            (size_t)sprintf(text + used, "%s%c %" PRId64 "-%" PRId64, i ? ", " : "", letter(c->job), c->start, c->end);
        if (c->cpu != 0)
            used += (size_t)sprintf(text + used, " cpu %d", c->cpu);
    }
}

static const char *state_name(enum sched_state state) {
    static const char *const NAMES[] = {"new", "ready", "running", "blocked", "ended"};
    return state >= SCHED_NEW && state <= SCHED_ENDED ? NAMES[state] : "?";
}

static void draw_changes(const struct schedule *s, bool losses, char *text, size_t room) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < s->state_count && used + 64 < room; i++) {
        const struct sched_change *c = &s->states[i];
        if (losses && (c->from != SCHED_RUNNING || c->to != SCHED_READY))
            continue;
        used += (size_t)sprintf(text + used, "%s%" PRId64 " %c %s-%s", used ? ", " : "", c->time, letter(c->job),
                                state_name(c->from), state_name(c->to));
    }
}

void draw_states(const struct schedule *s, char *text, size_t room) {
    draw_changes(s, false, text, room);
}

/* ---- comparing ---- */

/* Adds clause, steps and replay to the failure for plain Criterion, as expect.c does. */
static void add_context(void) {
    check_true(false, "", "");
    const char *context = strstr(failure_text(), "\nclause: ");
    if (context)
        strncat(failure, context, sizeof failure - strlen(failure) - 1);
}

/* The number of characters in which two texts agree from the start. */
static size_t agreement(const char *a, const char *b) {
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    return same;
}

/* The tick at a place of a chart. Bars and the rows before do not count. */
static size_t tick_at(const char *chart, size_t place) {
    size_t tick = 0;
    for (size_t i = 0; i < place; i++) {
        if (chart[i] == '/')
            tick = 0;
        else if (chart[i] != '|' && chart[i] != ' ')
            tick++;
    }
    return tick;
}

bool check_same_drawing(const char *got, const char *expected, const char *what) {
    if (strcmp(got, expected) == 0)
        return true;
    size_t place = agreement(got, expected);
    snprintf(failure, sizeof failure, "%s\nexpected: %s\ngot:      %s\n          %*s^ they part at tick %zu", what,
             expected, got, (int)place, "", tick_at(expected, place));
    add_context();
    return false;
}

bool check_problem(const char *problem, const char *what) {
    snprintf(failure, sizeof failure, "%s\nexpected: this never happens\ngot: %s", what, problem);
    add_context();
    return false;
}

bool check_drawing(const struct schedule *s, const char *expected, const char *what) {
    char chart[CHART_BYTES];
    draw(s, strchr(expected, '|') != NULL, chart);
    return check_same_drawing(chart, expected, what);
}

static struct jobs last_jobs; /* of run_texts */
static struct sched_options last_options;

/* Does schedule_run do something else under this policy than under FCFS? */
static bool has_policy(const struct sched_options *o) {
    static struct jobs jobs;
    char fcfs[CHART_BYTES], got[CHART_BYTES];
    const struct sched_options plain = {.cpus = 1};
    struct dice dice = dice_for("a policy");
    bool found = o->policy == POLICY_FCFS;
    for (int i = 0; i < 30 && !found; i++) {
        struct schedule a, b;
        struct sched_options alone = *o;
        alone.cpus = 1;
        alone.switch_cost = 0;
        jobs_random(&jobs, &dice, (struct shape){.jobs = 4, .arrival = 6, .burst = 12});
        if (schedule_run(&jobs.workload, &plain, &a) != 0)
            continue;
        draw(&a, true, fcfs);
        schedule_free(&a);
        if (schedule_run(&jobs.workload, &alone, &b) != 0)
            continue;
        draw(&b, true, got);
        schedule_free(&b);
        found = strcmp(fcfs, got) != 0;
    }
    return found;
}

/* If a schedule breaks the rule of another clause, the difference belongs to that clause (blame.h). */
static bool is_explained(const struct schedule *s) {
    if (!another_clause_is_broken(&last_jobs.workload, &last_options, s) || !has_policy(&last_options))
        return false;
    step("this schedule differs because of another clause");
    return true;
}

int run_texts(const char *how, const char *text, struct schedule *out) {
    jobs_from(&last_jobs, text);
    last_options = options_from(how);
    step("schedule_run: %s, %s", how, text);
    memset(out, 0xa5, sizeof *out);
    errno = 0;
    return schedule_run(&last_jobs.workload, &last_options, out);
}

bool check_ran(const char *how, const char *jobs) {
    const char *name = strerrorname_np(errno);
    snprintf(failure, sizeof failure, "schedule_run: %s, %s\nexpected: success\ngot: -1 with errno %s", how, jobs,
             errno && name ? name : "0");
    add_context();
    return false;
}

bool check_chart(const char *how, const char *jobs, const char *expected) {
    struct schedule s;
    if (run_texts(how, jobs, &s) != 0)
        return check_ran(how, jobs);
    char what[1024];
    snprintf(what, sizeof what, "the chart of %s, %s", how, jobs);
    char chart[CHART_BYTES];
    draw(&s, strchr(expected, '|') != NULL, chart);
    bool fine = strcmp(chart, expected) == 0 || is_explained(&s) || check_same_drawing(chart, expected, what);
    schedule_free(&s);
    return fine;
}

bool check_levels(const char *how, const char *jobs, const char *expected) {
    struct schedule s;
    char what[1024], levels[CHART_BYTES];
    if (run_texts(how, jobs, &s) != 0)
        return check_ran(how, jobs);
    snprintf(what, sizeof what, "the level of each tick of %s, %s", how, jobs);
    draw_levels(&s, levels);
    bool fine = strcmp(levels, expected) == 0 || is_explained(&s);
    schedule_free(&s);
    return fine || check_same_drawing(levels, expected, what);
}

/* Compares lists with commas between their elements. */
static bool check_list(const char *got, const char *expected, const char *what, const char *how, const char *jobs) {
    if (strcmp(got, expected) == 0)
        return true;
    size_t place = agreement(got, expected);
    while (place > 0 && expected[place - 1] != ',')
        place--;
    snprintf(failure, sizeof failure, "the %s of %s, %s\nexpected: %s\ngot:      %s\nthey part at: %s", what, how, jobs,
             expected, got, expected + place + strspn(expected + place, " "));
    add_context();
    return false;
}

bool check_slices(const char *how, const char *jobs, const char *expected) {
    struct schedule s;
    static char slices[8192];
    if (run_texts(how, jobs, &s) != 0)
        return check_ran(how, jobs);
    draw_slices(&s, slices, sizeof slices);
    bool fine = strcmp(slices, expected) == 0 || is_explained(&s);
    schedule_free(&s);
    return fine || check_list(slices, expected, "slices", how, jobs);
}

static bool check_changes(const char *how, const char *jobs, bool losses, const char *expected) {
    struct schedule s;
    static char states[8192];
    if (run_texts(how, jobs, &s) != 0)
        return check_ran(how, jobs);
    draw_changes(&s, losses, states, sizeof states);
    bool fine = strcmp(states, expected) == 0 || is_explained(&s);
    schedule_free(&s);
    return fine || check_list(states, expected, "changes of state", how, jobs);
}

bool check_states(const char *how, const char *jobs, const char *expected) {
    return check_changes(how, jobs, false, expected);
}

bool check_losses(const char *how, const char *jobs, const char *expected) {
    return check_changes(how, jobs, true, expected);
}

bool check_few(const char *how, const char *jobs, size_t most) {
    struct schedule s;
    int64_t due = 0, got = 0;
    if (run_texts(how, jobs, &s) != 0)
        return check_ran(how, jobs);
    for (size_t i = 0; i < last_jobs.workload.job_count; i++)
        for (size_t b = 0; b < last_jobs.job[i].burst_count; b += 2)
            due += last_jobs.bursts[i][b];
    for (size_t i = 0; i < s.slice_count; i++)
        got += s.slices[i].end - s.slices[i].start;
    bool fine = s.slice_count <= most && got == due;
    schedule_free(&s);
    return fine ||
           check_problem("there are more slices, or they do not add up to the bursts", told("%s, %s", how, jobs));
}
