/* every_workload.c - makes random workloads, runs them, checks an invariant, and shrinks the workload that breaks it.
 */
#include "every_workload.h"

#include <stdio.h>
#include <string.h>

#include "blame.h"
#include "model.h"
#include "shrink.h"
#include "support/core/rounds.h"

#define HOW_BYTES 128

/* The options for the workload with this number: the text of their turn, with numbers in place of '?' and '!'. */
static void write_options(const char *how, unsigned number, struct dice *dice, char text[static HOW_BYTES]) {
    unsigned turns = 1, used = 0;
    if (!how)
        how = options_in_turn((int)number);
    for (const char *c = how; *c; c++)
        turns += *c == ';';
    for (unsigned turn = number % turns; turn > 0; how++)
        turn -= *how == ';';
    for (; *how && *how != ';' && used < HOW_BYTES - 4; how++) {
        if (*how == '?' || *how == '!')
            used +=
                (unsigned)sprintf(text + used, "%u", *how == '?' ? 1 + dice_below(dice, 4) : 5 + dice_below(dice, 8));
        else
            text[used++] = *how;
    }
    text[used] = '\0';
}

struct attempt {
    const struct trial *trial;
    struct sched_options options;
    const char *wrong; /* what the invariant said last; "" if schedule_run failed */
    int error;
};

static bool suits(const struct attempt *a, const struct workload *w) {
    if (a->trial->must == 0 && a->trial->never == 0)
        return true;
    model_run(w, &a->options);
    return (situations() & a->trial->never) == 0 && (a->trial->must == 0 || (situations() & a->trial->must) != 0);
}

static unsigned taken, excused; /* schedules of this trial */

void excuse_schedule(void) {
    excused++;
}

/* Runs the workload. Returns whether it breaks the rule. */
static bool breaks(void *attempt, const struct workload *w) {
    struct attempt *a = attempt;
    struct schedule s;
    if (!suits(a, w))
        return false;
    taken++;
    memset(&s, 0xa5, sizeof s); /* code that leaves it as it is must not find an older schedule */
    errno = 0;
    if (schedule_run(w, &a->options, &s) != 0) {
        a->error = errno;
        a->wrong = "";
        return true;
    }
    const char *wrong = a->trial->holds(w, &a->options, &s);
    if (wrong && another_clause_is_broken(w, &a->options, &s))
        excused++, wrong = NULL;
    schedule_free(&s);
    if (wrong)
        a->wrong = wrong;
    return wrong != NULL;
}

/* Can the model play this workload tick by tick? */
static bool is_short(const struct workload *w) {
    int64_t sum = 0;
    for (size_t i = 0; i < w->job_count; i++) {
        sum += w->jobs[i].arrival;
        for (size_t b = 0; b < w->jobs[i].burst_count; b++)
            sum += w->jobs[i].bursts[b];
    }
    return sum < 400;
}

/* Shows the smallest workload with its chart, and with that of the model if it is different. */
static bool tell(struct attempt *a, const struct jobs *jobs, const char *how, unsigned number) {
    static char got[CHART_BYTES], expected[CHART_BYTES], what[3 * CHART_BYTES];
    got[0] = expected[0] = '\0';
    struct schedule s;
    if (!*a->wrong || schedule_run(&jobs->workload, &a->options, &s) != 0) {
        errno = a->error;
        return check_ran(how, jobs_text(jobs));
    }
    for (int bars = 0; bars < 2 && is_short(&jobs->workload); bars++) {
        draw(model_run(&jobs->workload, &a->options), bars, expected);
        draw(&s, bars, got);
        if (strcmp(got, expected) != 0)
            break;
    }
    schedule_free(&s);
    int used = snprintf(what, sizeof what, "%s, %s (random workload %u, made as small as possible)", how,
                        jobs_text(jobs), number);
    if (strcmp(got, expected) == 0) {
        snprintf(what + used, sizeof what - (size_t)used, "\nits chart: %s", got);
        return check_problem(a->wrong, what);
    }
    snprintf(what + used, sizeof what - (size_t)used, ": %s", a->wrong);
    return check_same_drawing(got, expected, what);
}

bool holds_for_every_workload(const struct trial *trial, unsigned count) {
    struct dice dice = dice_for(trial->how ? trial->how : "all policies");
    step("random workloads, %s", trial->how ? trial->how : "all policies in turn");
    unsigned last = rounds(count);
    taken = excused = 0;
    for (unsigned i = 0; i < last; i++) {
        static struct jobs jobs;
        char how[HOW_BYTES];
        struct attempt attempt = {.trial = trial};
        jobs_random(&jobs, &dice, trial->shape);
        write_options(trial->how, i, &dice, how);
        attempt.options = options_from(how);
        if (!breaks(&attempt, &jobs.workload))
            continue;
        shrink(&jobs, breaks, &attempt);
        breaks(&attempt, &jobs.workload);
        return tell(&attempt, &jobs, how, i);
    }
    if (taken > 0 && (taken - excused) * 200 < taken)
        return check_problem("nearly every schedule has a mistake of another kind",
                             trial->how ? trial->how : "all policies");
    return true;
}
