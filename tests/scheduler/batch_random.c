/* batch_random.c - random batches in the four eras, and numbers at their limits. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/core/rounds.h"
#include "support/core/seed.h"

#include <timeslice/batch.h>

#define JOBS_MAX 8

static struct batch_job jobs[JOBS_MAX];
static int64_t completions[JOBS_MAX];

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* One after another. With cards each job has its own set-up. */
static void in_turn(const struct batch *b, bool cards) {
    int64_t now = cards ? 0 : b->setup;
    for (size_t i = 0; i < b->job_count; i++) {
        now += (cards ? b->setup : 0) + jobs[i].input + jobs[i].compute + jobs[i].output;
        completions[i] = now;
    }
}

static void in_a_pipeline(const struct batch *b) {
    int64_t read = b->setup, computed = b->setup, printed = b->setup;
    for (size_t i = 0; i < b->job_count; i++) {
        read += jobs[i].input;
        computed = later(read, computed) + jobs[i].compute;
        completions[i] = printed = later(computed, printed) + jobs[i].output;
    }
}

/* Again and again takes the job whose input ended first. */
static void all_at_once(const struct batch *b) {
    bool taken[JOBS_MAX] = {false};
    int64_t free_at = b->setup;
    for (size_t n = 0; n < b->job_count; n++) {
        size_t next = JOBS_MAX;
        for (size_t i = 0; i < b->job_count; i++)
            if (!taken[i] && (next == JOBS_MAX || jobs[i].input < jobs[next].input))
                next = i;
        taken[next] = true;
        free_at = later(free_at, b->setup + jobs[next].input) + jobs[next].compute;
        completions[next] = free_at + jobs[next].output;
    }
}

static void compute(enum batch_era era, const struct batch *b) {
    if (era == BATCH_OFFLINE)
        in_a_pipeline(b);
    else if (era == BATCH_MULTIPROGRAMMED)
        all_at_once(b);
    else
        in_turn(b, era == BATCH_CARDS);
}

static const char *batch_text(const struct batch *b) {
    static char text[1024];
    int used = snprintf(text, sizeof text, "set-up %" PRId64 ", input compute output:", b->setup);
    for (size_t i = 0; i < b->job_count; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, " (%" PRId64 " %" PRId64 " %" PRId64 ")",
                         jobs[i].input, jobs[i].compute, jobs[i].output);
    return text;
}

static struct batch make(struct dice *dice) {
    struct batch b = {jobs, 1 + dice_below(dice, JOBS_MAX), dice_below(dice, 4)};
    for (size_t i = 0; i < b.job_count; i++)
        jobs[i] = (struct batch_job){dice_below(dice, 9), 1 + dice_below(dice, 5), dice_below(dice, 9)};
    return b;
}

static void expect_completions(enum batch_era era, const char *what) {
    struct dice dice = dice_for(what);
    unsigned last = rounds(400);
    const char *wrong = NULL;
    static char told_wrong[256];
    for (unsigned n = 0; n < last && !wrong; n++) {
        struct batch b = make(&dice);
        struct batch_result r;
        compute(era, &b);
        memset(&r, 0xa5, sizeof r);
        if (batch_run(era, &b, &r) != 0) {
            wrong = "batch_run fails";
        } else {
            if (r.job_count != b.job_count)
                wrong = "job_count is wrong";
            for (size_t i = 0; i < b.job_count && !wrong; i++)
                if (r.completions[i] != completions[i]) {
                    snprintf(told_wrong, sizeof told_wrong, "completions[%zu] is %" PRId64 " and not %" PRId64, i,
                             r.completions[i], completions[i]);
                    wrong = told_wrong;
                }
            batch_free(&r);
        }
        if (wrong)
            step("%s", batch_text(&b));
    }
    expect_text(wrong ? wrong : "right", "right", "the completions of random batches, %s", what);
}

Test(batch_eras, always_add_up_with_cards, .timeout = 3,
     .description = "SCH-ERA-001 SCH-ERA-001a SCH-ERA-001b: random batches of up to eight jobs") {
    expect_completions(BATCH_CARDS, "cards");
}

Test(batch_eras, always_add_up_online, .timeout = 3, .description = "SCH-ERA-002: random batches of up to eight jobs") {
    expect_completions(BATCH_ONLINE, "on-line");
}

Test(batch_eras, always_flow_through_the_pipeline, .timeout = 3,
     .description = "SCH-ERA-003 SCH-ERA-003a: random batches of up to eight jobs, and slow and fast machines") {
    expect_completions(BATCH_OFFLINE, "off-line");
}

Test(batch_eras, always_compute_in_order_of_input, .timeout = 3,
     .description = "SCH-ERA-004 SCH-ERA-004a: random batches, also with inputs that end together") {
    expect_completions(BATCH_MULTIPROGRAMMED, "multiprogrammed");
}

/* The sums are those of the result's own completions. */
Test(batch_eras, always_sum_up, .timeout = 3, .description = "SCH-ERA-005: random batches in all eras") {
    struct dice dice = dice_for("sums of batches");
    unsigned last = rounds(400), wrong = 0;
    for (unsigned n = 0; n < last; n++) {
        struct batch b = make(&dice);
        struct batch_result r;
        int64_t elapsed = 0, busy = 0, divisor = 2;
        if (batch_run((enum batch_era)(n % 4), &b, &r) != 0) {
            wrong++;
            continue;
        }
        for (size_t i = 0; i < b.job_count; i++) {
            elapsed = later(elapsed, r.completions[i]);
            busy += jobs[i].compute;
        }
        struct sched_fraction f = r.utilisation;
        while (divisor <= f.numerator && (f.numerator % divisor || f.denominator % divisor))
            divisor++;
        if (r.elapsed != elapsed || r.busy != busy || f.numerator * elapsed != busy * f.denominator ||
            divisor <= f.numerator) {
            step("era %u, %s: busy %" PRId64 ", elapsed %" PRId64 ", utilisation %" PRId64 "/%" PRId64, n % 4,
                 batch_text(&b), r.busy, r.elapsed, f.numerator, f.denominator);
            wrong++;
        }
        batch_free(&r);
    }
    expect_int(wrong, 0, "batches whose busy, elapsed or utilisation is wrong");
}

static void refuse(enum batch_era era, const struct batch *b, int error, const char *why) {
    struct batch_result r;
    memset(&r, 0xa5, sizeof r);
    expect_error(batch_run(era, b, &r), error, "era %d, %s", (int)era, why);
    expect_true(!r.completions && r.job_count == 0 && r.elapsed == 0 && r.busy == 0 && r.utilisation.numerator == 0 &&
                    r.utilisation.denominator == 0,
                "*out is all zero, era %d, %s", (int)era, why);
    batch_free(&r);
}

/* One wrong number in a batch that overflows too: at the first job, at the last job, in the set-up. */
Test(batch_eras, prefer_einval, .timeout = 3,
     .description = "SCH-ERA-006 SCH-ERA-006a SCH-RULE-002 SCH-RULE-002a: wrong numbers in batches that overflow too") {
    for (int era = BATCH_CARDS; era <= BATCH_MULTIPROGRAMMED; era++) {
        static const struct batch_job wrong[] = {{-1, 1, 0},        {0, 0, 0},         {0, -1, 0},       {0, 1, -1},
                                                 {INT64_MIN, 1, 0}, {0, INT64_MIN, 0}, {0, 1, INT64_MIN}};
        static const struct batch_job large = {INT64_MAX, INT64_MAX, INT64_MAX};
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
            refuse((enum batch_era)era, &(struct batch){(struct batch_job[]){large, large, wrong[i]}, 3, 5}, EINVAL,
                   "the last job is wrong, and the first ones are too large");
            refuse((enum batch_era)era, &(struct batch){(struct batch_job[]){wrong[i], large}, 2, 0}, EINVAL,
                   "the first job is wrong, and the last one is too large");
        }
        refuse((enum batch_era)era, &(struct batch){&large, 1, -1}, EINVAL, "the set-up is -1, and a job is too large");
        refuse((enum batch_era)era, &(struct batch){NULL, 0, -1}, EINVAL, "the set-up is -1, and there are no jobs");
        refuse((enum batch_era)era, &(struct batch){&large, 1, INT64_MAX}, ERANGE, "everything is too large");
    }
    refuse((enum batch_era)4, &(struct batch){NULL, 0, 0}, EINVAL, "no jobs");
    refuse((enum batch_era) - 1, &(struct batch){NULL, 0, 0}, EINVAL, "no jobs");
    refuse((enum batch_era)INT32_MAX, &(struct batch){NULL, 0, 0}, EINVAL, "no jobs");
}

static void expect_last(enum batch_era era, int64_t setup, const struct batch_job *two, const char *what) {
    struct batch_result r;
    expect_int(batch_run(era, &(struct batch){two, 2, setup}, &r), 0, "era %d, %s", (int)era, what);
    expect_int(r.elapsed, INT64_MAX, "elapsed, era %d, %s", (int)era, what);
    batch_free(&r);
}

#define MAX INT64_MAX

Test(batch_eras, end_exactly_at_the_limit, .timeout = 3,
     .description = "SCH-ERA-006b: batches that end at INT64_MAX, and one tick later, in each era") {
    static const struct batch_job in[] = {{1, 1, 1}, {MAX - 8, 1, 2}}, one_more[] = {{1, 1, 1}, {MAX - 7, 1, 2}};
    static const struct batch_job out[] = {{1, 1, 1}, {0, 1, MAX - 5}}, one_later[] = {{1, 1, 1}, {0, 1, MAX - 4}};
    expect_last(BATCH_CARDS, 1, in, "a long input");
    refuse(BATCH_CARDS, &(struct batch){one_more, 2, 1}, ERANGE, "one tick more");
    expect_last(BATCH_ONLINE, 2, in, "a long input");
    refuse(BATCH_ONLINE, &(struct batch){one_more, 2, 2}, ERANGE, "one tick more");
    expect_last(BATCH_OFFLINE, 2, out, "a long output");
    refuse(BATCH_OFFLINE, &(struct batch){one_later, 2, 2}, ERANGE, "one tick more");
    expect_last(BATCH_MULTIPROGRAMMED, 2, (const struct batch_job[]){{1, 1, 1}, {0, 1, MAX - 3}}, "a long output");
    refuse(BATCH_MULTIPROGRAMMED, &(struct batch){(const struct batch_job[]){{1, 1, 1}, {0, 1, MAX - 2}}, 2, 2}, ERANGE,
           "one tick more");
}
