/* batch.c - four eras of running the same jobs. */
#include <stdint.h>
#include <string.h>

#include "support/core/expect.h"

#include <timeslice/batch.h>

/* The jobs P and R of the chapter. */
static const struct batch_job TWO[] = {{3, 2, 1}, {1, 6, 2}};

#define JOBS(array) ((struct batch){(array), sizeof(array) / sizeof(array)[0], 4})

static void expect_completions(enum batch_era era, const struct batch *b, const int64_t *expected, const char *what) {
    struct batch_result r;
    memset(&r, 0xa5, sizeof r);
    expect_int(batch_run(era, b, &r), 0, "batch_run, %s", what);
    expect_int(r.job_count, b->job_count, "job_count, %s", what);
    for (size_t i = 0; i < b->job_count; i++)
        expect_int(r.completions[i], expected[i], "the completion of job %zu, %s", i, what);
    batch_free(&r);
}

Test(batch_eras, cards, .timeout = 3, .description = "SCH-ERA-001: two jobs, then three jobs, with punched cards") {
    static const struct batch_job three[] = {{0, 1, 0}, {2, 5, 0}, {0, 1, 7}};
    expect_completions(BATCH_CARDS, &JOBS(TWO), (const int64_t[]){10, 23}, "two jobs");
    expect_completions(BATCH_CARDS, &JOBS(three), (const int64_t[]){5, 16, 28}, "three jobs");
}

Test(batch_eras, online, .timeout = 3, .description = "SCH-ERA-002: two jobs, then three jobs, in an on-line batch") {
    static const struct batch_job three[] = {{0, 1, 0}, {2, 5, 0}, {0, 1, 7}};
    expect_completions(BATCH_ONLINE, &JOBS(TWO), (const int64_t[]){10, 19}, "two jobs");
    expect_completions(BATCH_ONLINE, &JOBS(three), (const int64_t[]){5, 12, 20}, "three jobs");
}

Test(batch_eras, offline, .timeout = 3,
     .description = "SCH-ERA-003: two jobs, three jobs, and three jobs with a long input") {
    /* read 4-6, 6-7, 7-17; compute 6-16, 16-18, 18-19; print 16-17, 18-26, 26-27 */
    static const struct batch_job three[] = {{2, 10, 1}, {1, 2, 8}, {10, 1, 1}};
    /* read 4-5, 5-25, 25-26; compute 5-6, 25-26, 26-27; print 6-10, 26-27, 27-28 */
    static const struct batch_job slow[] = {{1, 1, 4}, {20, 1, 1}, {1, 1, 1}};
    expect_completions(BATCH_OFFLINE, &JOBS(TWO), (const int64_t[]){10, 17}, "two jobs");
    expect_completions(BATCH_OFFLINE, &JOBS(three), (const int64_t[]){17, 26, 27}, "three jobs");
    expect_completions(BATCH_OFFLINE, &JOBS(slow), (const int64_t[]){10, 27, 28}, "a slow reader");
}

Test(batch_eras, multiprogrammed, .timeout = 3,
     .description = "SCH-ERA-004: two jobs, then four jobs with two inputs that end together") {
    /* read until 6, 5, 6, 24; compute 11-13, 5-11, 13-14, 24-25; print until 23, 12, 14, 26 */
    static const struct batch_job four[] = {{2, 2, 10}, {1, 6, 1}, {2, 1, 0}, {20, 1, 1}};
    expect_completions(BATCH_MULTIPROGRAMMED, &JOBS(TWO), (const int64_t[]){14, 13}, "two jobs");
    expect_completions(BATCH_MULTIPROGRAMMED, &JOBS(four), (const int64_t[]){23, 12, 14, 26}, "four jobs");
}

static void expect_sums(enum batch_era era, const struct batch *b, const int64_t expected[4], const char *what) {
    struct batch_result r;
    expect_int(batch_run(era, b, &r), 0, "batch_run, %s", what);
    expect_int(r.busy, expected[0], "busy, %s", what);
    expect_int(r.elapsed, expected[1], "elapsed, %s", what);
    expect_int(r.utilisation.numerator, expected[2], "the utilisation's numerator, %s", what);
    expect_int(r.utilisation.denominator, expected[3], "the utilisation's denominator, %s", what);
    batch_free(&r);
}

Test(batch_eras, sum_up, .timeout = 3,
     .description = "SCH-ERA-005: two jobs in three eras, and no jobs in all four eras") {
    expect_sums(BATCH_CARDS, &JOBS(TWO), (const int64_t[]){8, 23, 8, 23}, "cards");
    expect_sums(BATCH_OFFLINE, &JOBS(TWO), (const int64_t[]){8, 17, 8, 17}, "off-line");
    expect_sums(BATCH_MULTIPROGRAMMED, &JOBS(TWO), (const int64_t[]){8, 14, 4, 7}, "multiprogrammed");
    for (int era = BATCH_CARDS; era <= BATCH_MULTIPROGRAMMED; era++)
        expect_sums((enum batch_era)era, &(struct batch){NULL, 0, 4}, (const int64_t[]){0, 0, 0, 1}, "no jobs");
}

static void refuse(enum batch_era era, int64_t setup, struct batch_job job, int error, const char *why) {
    struct batch_job jobs[] = {{1, 1, 1}, job};
    struct batch_result r;
    memset(&r, 0xa5, sizeof r);
    expect_error(batch_run(era, &(struct batch){jobs, 2, setup}, &r), error, "%s", why);
    expect_true(!r.completions && r.job_count == 0 && r.elapsed == 0 && r.busy == 0 && r.utilisation.numerator == 0 &&
                    r.utilisation.denominator == 0,
                "*out is all zero after %s", why);
}

Test(batch_eras, refuse_what_cannot_be, .timeout = 3,
     .description = "SCH-ERA-006: each wrong value once, and too long input, compute and output in each era") {
    static const struct batch_job least[] = {{0, 1, 0}};
    expect_completions(BATCH_CARDS, &(struct batch){least, 1, 0}, (const int64_t[]){1}, "the smallest allowed values");
    refuse((enum batch_era)(BATCH_MULTIPROGRAMMED + 1), 0, least[0], EINVAL, "an era after the last one");
    refuse((enum batch_era) - 1, 0, least[0], EINVAL, "the era -1");
    refuse(BATCH_CARDS, -1, least[0], EINVAL, "a set-up of -1");
    refuse(BATCH_ONLINE, 0, (struct batch_job){-1, 1, 0}, EINVAL, "an input of -1");
    refuse(BATCH_OFFLINE, 0, (struct batch_job){0, 0, 0}, EINVAL, "a compute of 0");
    refuse(BATCH_MULTIPROGRAMMED, 0, (struct batch_job){0, 1, -1}, EINVAL, "an output of -1");
    for (int era = BATCH_CARDS; era <= BATCH_MULTIPROGRAMMED; era++) {
        refuse((enum batch_era)era, 0, (struct batch_job){INT64_MAX, 1, 0}, ERANGE, "an input that is too long");
        refuse((enum batch_era)era, 5, (struct batch_job){0, INT64_MAX - 5, 0}, ERANGE, "a compute that is too long");
        refuse((enum batch_era)era, 0, (struct batch_job){0, 1, INT64_MAX}, ERANGE, "an output that is too long");
    }
}
