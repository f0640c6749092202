/* every_workload.c - makes random workloads, runs them, and checks an invariant. */
#include "every_workload.h"

#include <stdio.h>

#include "support/core/rounds.h"

bool holds_for_every_workload(invariant *holds, const char *how, struct shape shape, unsigned count) {
    struct dice dice = dice_for(how ? how : "all policies");
    step("random workloads, %s", how ? how : "all policies in turn");
    unsigned last = rounds(count);
    for (unsigned i = 0; i < last; i++) {
        static struct jobs jobs;
        static char chart[CHART_BYTES], what[2 * CHART_BYTES];
        const char *name = how ? how : options_in_turn(i);
        struct sched_options options = options_from(name);
        struct schedule s;
        jobs_random(&jobs, &dice, shape);
        errno = 0;
        if (schedule_run(&jobs.workload, &options, &s) != 0)
            return check_ran(name, jobs_text(&jobs));
        const char *wrong = holds(&jobs.workload, &options, &s);
        if (wrong)
            draw(&s, false, chart);
        schedule_free(&s);
        if (!wrong)
            continue;
        snprintf(what, sizeof what, "%s, %s (random workload %u)\nits chart: %s", name, jobs_text(&jobs), i, chart);
        return check_problem(wrong, what);
    }
    return true;
}
