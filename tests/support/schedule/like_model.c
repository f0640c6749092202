/* like_model.c - draws the schedule and that of the model, and compares the drawings. */
#include "like_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "blame.h"
#include "model.h"

typedef void drawing(const struct schedule *s, char text[static CHART_BYTES]);

static const char *compare(const struct workload *w, const struct sched_options *o, const struct schedule *s,
                           drawing *drawn, const char *wrong) {
    static char ours[CHART_BYTES], theirs[CHART_BYTES];
    drawn(model_run(w, o), ours);
    drawn(s, theirs);
    if (strcmp(ours, theirs) == 0)
        return NULL;
    return wrong;
}

static void draw_rows(const struct schedule *s, char text[static CHART_BYTES]) {
    draw(s, false, text);
}

static void draw_bars(const struct schedule *s, char text[static CHART_BYTES]) {
    draw(s, true, text);
}

/* The letters of each tick, in order, whatever the CPU is. */
static void draw_runners(const struct schedule *s, char text[static CHART_BYTES]) {
    char rows[CHART_CPUS][AUDIT_TICKS + 1], chart[CHART_BYTES];
    size_t count = 0, used = 0;
    draw(s, false, chart);
    for (char *row = strtok(chart, " /"); row && count < CHART_CPUS; row = strtok(NULL, " /"))
        snprintf(rows[count++], sizeof rows[0], "%s", row);
    for (size_t t = 0; count > 0 && rows[0][t] && used < CHART_BYTES - 8; t++) {
        for (char letter = '#'; letter <= 'x'; letter++)
            for (size_t i = 0; i < count; i++)
                if (rows[i][t] == letter)
                    text[used++] = letter;
        text[used++] = ' ';
    }
    text[used] = '\0';
}

static void draw_both(const struct schedule *s, char text[static CHART_BYTES]) {
    char levels[CHART_BYTES];
    draw(s, false, text);
    draw_levels(s, levels);
    strncat(text, levels, CHART_BYTES - strlen(text) - 1);
}

static void draw_switches(const struct schedule *s, char text[static CHART_BYTES]) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < s->switch_count && used + 100 < CHART_BYTES; i++)
        used += (size_t)sprintf(text + used, "%" PRId64 ": %" PRId64 "-%" PRId64 " cpu %d, ", s->switches[i].job,
                                s->switches[i].start, s->switches[i].end, s->switches[i].cpu);
}

const char *runs_like_model(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return compare(w, o, s, draw_rows, "another job runs");
}

const char *runs_on_any_cpu(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return compare(w, o, s, draw_runners, "other jobs run");
}

const char *slices_like_model(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return compare(w, o, s, draw_bars, "the slices are other ones");
}

const char *levels_like_model(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return compare(w, o, s, draw_both, "another job runs, or at another level");
}

const char *switches_like_model(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return compare(w, o, s, draw_switches, "the context switches are other ones");
}

/* The place of a change in a list, from an index on. -1 if it is not there. */
static int place_of(const struct sched_change *c, const struct schedule *s, size_t from) {
    for (size_t i = from; i < s->state_count; i++) {
        const struct sched_change *d = &s->states[i];
        if (d->time == c->time && d->job == c->job && d->from == c->from && d->to == c->to)
            return (int)i;
    }
    return -1;
}

/* Other clauses test which changes there are. So a change that the model does not know is left out. */
const char *states_in_order(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    static char ours[8192], theirs[8192], what[200];
    const struct schedule *right = model_run(w, o);
    size_t next = 0, known = 0;
    draw_slices(right, ours, sizeof ours);
    draw_slices(s, theirs, sizeof theirs);
    for (size_t i = 0; i < s->state_count; i++) {
        const struct sched_change *c = &s->states[i];
        int place = place_of(c, right, 0), later = place_of(c, right, next);
        known += place >= 0;
        if (place >= 0 && later < 0 && strcmp(ours, theirs) == 0) {
            snprintf(what, sizeof what, "the change of job %" PRId64 " at %" PRId64 " is not in the order of the steps",
                     c->job, c->time);
            return what;
        }
        next = later < 0 ? next : (size_t)later + 1;
    }
    if (strcmp(ours, theirs) != 0 || known * 2 < right->state_count)
        excuse_schedule(); /* another clause tests this */
    return NULL;
}
