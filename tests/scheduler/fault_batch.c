/* fault_batch.c - batch_run when one of its allocations fails, each in turn (sweep.h). */
#include <string.h>

#include "support/faults/sweep.h"

#include <timeslice/batch.h>

enum { JOBS = 5 };

static const struct batch_job JOBS_BEFORE[JOBS] = {{2, 2, 10}, {1, 6, 1}, {2, 1, 0}, {20, 1, 1}, {0, 7, 3}};

static bool is_all_zero(const struct batch_result *r) {
    return !r->completions && r->job_count == 0 && r->elapsed == 0 && r->busy == 0 && r->utilisation.numerator == 0 &&
           r->utilisation.denominator == 0;
}

static bool same(const struct batch_result *a, const struct batch_result *b) {
    return a->job_count == JOBS && b->job_count == JOBS &&
           memcmp(a->completions, b->completions, JOBS * sizeof *a->completions) == 0 && a->elapsed == b->elapsed &&
           a->busy == b->busy && a->utilisation.numerator == b->utilisation.numerator &&
           a->utilisation.denominator == b->utilisation.denominator;
}

/* What right completions are is the matter of other clauses. Here the call without a failure says it. */
static void expect_era(enum batch_era era) {
    struct batch_job jobs[JOBS];
    struct batch b = {jobs, JOBS, 4};
    struct batch_result first, second;
    memcpy(jobs, JOBS_BEFORE, sizeof jobs);
    memset(&first, 0xa5, sizeof first);
    memset(&second, 0xa5, sizeof second);
    errno = 0;
    int done = batch_run(era, &b, &first);
    expect_works_or_short(done == 0, "batch_run, era %d", era);
    expect_true(done == 0 || done == -1, "batch_run returns 0 or -1");
    if (done != 0)
        expect_true(is_all_zero(&first), "*out is all zero after the failure");
    expect_true(memcmp(jobs, JOBS_BEFORE, sizeof jobs) == 0, "the jobs are as before the call");
    expect_int(batch_run(era, &b, &second), 0, "the same call with enough memory");
    expect_true(done != 0 || same(&first, &second), "both calls that worked have the same result");
    batch_free(&first);
    batch_free(&second);
}

Test(sched_fault, batches_with_cards, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-RULE-002d: five jobs with punched cards") {
    expect_era(BATCH_CARDS);
}

Test(sched_fault, batches_on_line, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-RULE-002d: five jobs in an on-line batch") {
    expect_era(BATCH_ONLINE);
}

Test(sched_fault, batches_off_line, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-RULE-002d: five jobs in an off-line batch") {
    expect_era(BATCH_OFFLINE);
}

Test(sched_fault, batches_with_multiprogramming, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-FAULT-001c SCH-FAULT-001d SCH-RULE-002d: five jobs in the multiprogrammed era") {
    expect_era(BATCH_MULTIPROGRAMMED);
}
