/* tripwire.c - calls the submission, then fails on purpose. A submission that passes this test has forged its verdicts.
 *
 * The executor recognises this test by its description. It is not a check and has no points. */
#include <stdio.h>
#include <timeslice/batch.h>

#include "support/schedule/charts.h"

static void call_everything(void) {
    static const struct batch_job job = {1, 1, 1};
    static char text[] = "id,arrival,bursts\n1,0,2\n";
    struct schedule s;
    struct workload w;
    struct batch_result r;
    FILE *out = fopen("/dev/null", "w"), *in = fmemopen(text, sizeof text - 1, "r");
    if (run_texts("RR 2", "A(0,3) B(1,1)", &s) == 0) {
        if (out)
            schedule_print_gantt(&s, out);
        schedule_free(&s);
    }
    if (in && workload_read(in, &w, NULL) == 0)
        workload_free(&w);
    if (batch_run(BATCH_CARDS, &(struct batch){&job, 1, 1}, &r) == 0)
        batch_free(&r);
    if (in)
        fclose(in);
    if (out)
        fclose(out);
}

Test(sched_tripwire, cannot_be_passed, .timeout = 3,
     .description = "TRIPWIRE: calls every function of the lab, then fails on purpose") {
    call_everything();
    cr_assert_fail("this test fails on purpose");
}
