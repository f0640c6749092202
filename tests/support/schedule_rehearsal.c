/* schedule_rehearsal.c - one workload under a few policies: read, played by the models, drawn and audited. */
#include "schedule_rehearsal.h"

#include "always.h"
#include "model.h"

void rehearse_schedules(void) {
    static const char *const HOW[] = {"FCFS serial", "HRRN ostep", "RR 2 cpus 2 cost 1", "MLFQ 1,2,4 boost 5 ostep"};
    static struct audit book;
    static struct jobs jobs;
    static char text[4 * CHART_BYTES];
    struct dice dice = dice_for("rehearsal");
    for (size_t i = 0; i < sizeof HOW / sizeof HOW[0]; i++) {
        struct sched_options options = options_from(HOW[i]);
        jobs_random(&jobs, &dice, (struct shape){.jobs = 5, .arrival = 9, .burst = 4, .io = 3, .ios = 2});
        jobs_from(&jobs, "A(0, 2 3 2) B(0,4) C(1, 1 2 3)");
        const struct schedule *s = model_run(&jobs.workload, &options);
        draw(s, true, text);
        check_same_drawing(text, text, "");
        draw_levels(s, text);
        draw_states(s, text, sizeof text);
        draw_slices(s, text, sizeof text);
        audit(&jobs.workload, s, &book);
        if (options.policy == SCHED_MLFQ)
            model_of_mlfq_py(&jobs.workload, &options);
    }
}
