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
    if (!another_clause_is_broken(w, o, s))
        return wrong;
    excuse_schedule();
    return NULL;
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

const char *states_like_model(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    static char ours[8192], theirs[8192], what[sizeof ours + 100];
    const struct schedule *right = model_run(w, o);
    draw_slices(right, ours, sizeof ours);
    draw_slices(s, theirs, sizeof theirs);
    if (strcmp(ours, theirs) != 0)
        return excuse_schedule(), NULL; /* another clause tests this */
    draw_states(right, ours, sizeof ours);
    draw_states(s, theirs, sizeof theirs);
    if (strcmp(ours, theirs) == 0)
        return NULL;
    size_t same = 0;
    while (ours[same] == theirs[same])
        same++;
    while (same > 0 && ours[same - 1] != ',')
        same--;
    snprintf(what, sizeof what, "the changes continue with '%.60s ...' and not with '%.60s ...'", theirs + same,
             ours + same);
    return what;
}
