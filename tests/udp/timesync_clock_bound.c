/* timesync_clock_bound.c - how far a local clock may be wrong. */
#include <stdlib.h>
#include <string.h>

#include "local_clock.h"
#include "support/core/descriptors.h"
#include "support/core/require.h"

/* Corrects a clock by this answer. */
static void sync_to(struct bench *bench, struct timesync_result answer) {
    step("timesync_clock_sync with offset %" PRId64 " ns, delay %" PRId64 " ns, root_delay %" PRIu32
         ", root_dispersion %" PRIu32,
         answer.offset, answer.delay, answer.reply.root_delay, answer.reply.root_dispersion);
    timesync_clock_sync(&bench->clock, &answer);
}

/* An answer without an offset. */
static struct timesync_result answer_of(int64_t delay, uint32_t root_delay, uint32_t root_dispersion) {
    return (struct timesync_result){.delay = delay,
                                    .reply = {.root_delay = root_delay, .root_dispersion = root_dispersion}};
}

/* The bound at once after an answer without an offset. */
static void expect_distance(struct timesync_result answer, int64_t expected, const char *what) {
    struct bench bench;
    start(&bench, NEW_YEAR, &usual);
    sync_to(&bench, answer);
    expect_bound(&bench, NEW_YEAR, expected, "%s", what);
}

/* UDP-CLOCK-007 */

Test(timesync_clock_bound, is_the_distance_at_first, .timeout = 3,
     .description = "UDP-CLOCK-007 UDP-CLOCK-007a: each term alone, all together, the largest ones, and an offset") {
    expect_distance(answer_of(20 * NS_PER_MS, 0, 0), 10 * NS_PER_MS, "half of the delay");
    expect_distance(answer_of(0, 512, 0), 3906250, "half of the root delay");
    expect_distance(answer_of(0, 0, 256), 3906250, "the root dispersion");
    expect_distance(answer_of(20 * NS_PER_MS, 512, 256), 17812500, "all three");
    expect_distance(answer_of(0, 1u << 31, 0), 16384 * NS_PER_SECOND, "a root delay of 32,768 s");
    expect_distance(answer_of(0, 0, 1u << 31), 32768 * NS_PER_SECOND, "a root dispersion of 32,768 s");
    expect_distance(answer_of(200 * NS_PER_YEAR, 0, 0), 100 * NS_PER_YEAR, "a delay of 200 years");
    struct timesync_result answer = answer_of(20 * NS_PER_MS, 512, 256);
    answer.offset = 60 * NS_PER_MS;
    expect_distance(answer, 77812500, "all three, and 60 ms to make up");
    struct bench bench;
    answer = answer_of(200 * NS_PER_YEAR, 0, 0);
    answer.offset = 50 * NS_PER_YEAR;
    start(&bench, 0, &never);
    sync_to(&bench, answer);
    expect_bound(&bench, 0, 150 * NS_PER_YEAR, "a delay of 200 years and an offset of 50 years");
}

Test(timesync_clock_bound, rounds_each_term_up, .timeout = 3,
     .description = "UDP-CLOCK-007b: odd delays, and root values that are not whole nanoseconds") {
    expect_distance(answer_of(1, 0, 0), 1, "half of a delay of 1 ns");
    expect_distance(answer_of(20000001, 0, 0), 10000001, "half of a delay of 20,000,001 ns");
    expect_distance(answer_of(0, 1, 0), 7630, "half of a root delay of 1: 7,629.39 ns");
    expect_distance(answer_of(0, 3, 0), 22889, "half of a root delay of 3: 22,888.18 ns");
    expect_distance(answer_of(0, 0, 1), 15259, "a root dispersion of 1: 15,258.79 ns");
    expect_distance(answer_of(0, 0, 2), 30518, "a root dispersion of 2: 30,517.58 ns");
    expect_distance(answer_of(0, 0, 5), 76294, "a root dispersion of 5: 76,293.95 ns");
    expect_distance(answer_of(0, 0, 7), 106812, "a root dispersion of 7: 106,811.52 ns");
    expect_distance(answer_of(0, UINT32_MAX, UINT32_MAX), 32767999992371 + 65535999984742, "the largest root values");
    expect_distance(answer_of(1, 1, 1), 1 + 7630 + 15259, "three terms, each rounded by itself");
}

Test(timesync_clock_bound, takes_a_negative_delay_for_0, .timeout = 3,
     .description = "UDP-CLOCK-007c: delays of -1 ns, -2 ms and -50 years") {
    expect_distance(answer_of(-1, 0, 0), 0, "a delay of -1 ns");
    expect_distance(answer_of(-2 * NS_PER_MS, 512, 256), 7812500, "a delay of -2 ms");
    expect_distance(answer_of(-50 * NS_PER_YEAR, 512, 256), 7812500, "a delay of -50 years");
}

/* Turns both raw clocks to this time. Returns by how much the bounds of the two clocks differ. */
static int64_t difference(struct bench *one, struct bench *other, int64_t raw) {
    turn(one, raw);
    turn(other, raw);
    step("timesync_clock_bound of both clocks");
    return timesync_clock_bound(&one->clock) - timesync_clock_bound(&other->clock);
}

/* The two clocks differ in the offset alone. So the rest of the bound does not matter here. */
Test(timesync_clock_bound, contains_what_is_still_to_make_up, .timeout = 3,
     .description = "UDP-CLOCK-007d: offsets of 60 ms and -60 ms against an offset of 0, until they are made up") {
    static const int64_t signs[] = {1, -1};
    for (int i = 0; i < 2; i++) {
        struct bench slewed, other;
        start(&slewed, NEW_YEAR, &usual);
        start(&other, NEW_YEAR, &usual);
        sync_by(&slewed, signs[i] * 60 * NS_PER_MS);
        sync_by(&other, 0);
        expect_int(difference(&slewed, &other, NEW_YEAR), 60 * NS_PER_MS, "the offset in the bound, at once");
        expect_int(difference(&slewed, &other, NEW_YEAR + 60 * NS_PER_SECOND), 30 * NS_PER_MS, "after 60 s");
        expect_int(difference(&slewed, &other, NEW_YEAR + 119 * NS_PER_SECOND), NS_PER_MS / 2, "after 119 s");
        expect_int(difference(&slewed, &other, NEW_YEAR + 120 * NS_PER_SECOND), 0, "after 120 s");
        expect_int(difference(&slewed, &other, NEW_YEAR + NS_PER_HOUR), 0, "after an hour");
    }
}

Test(timesync_clock_bound, begins_anew_with_each_synchronisation, .timeout = 3,
     .description = "UDP-CLOCK-007e: a good answer after a bad one, a day and a slew later; then a bad one again") {
    struct bench bench;
    start(&bench, NEW_YEAR, &usual);
    struct timesync_result bad = answer_of(2 * NS_PER_SECOND, 512, 256);
    bad.offset = 100 * NS_PER_MS;
    sync_to(&bench, bad);
    expect_shown(&bench, NEW_YEAR + 60 * NS_PER_SECOND, NEW_YEAR + 60030 * NS_PER_MS, "in the middle of a slew");
    sync_to(&bench, answer_of(2 * NS_PER_MS, 0, 0));
    expect_bound(&bench, NEW_YEAR + 60 * NS_PER_SECOND, NS_PER_MS, "after the good answer, in the middle of a slew");
    turn(&bench, NEW_YEAR + 24 * NS_PER_HOUR);
    timesync_clock_now(&bench.clock);
    sync_to(&bench, answer_of(4 * NS_PER_MS, 0, 0));
    expect_bound(&bench, NEW_YEAR + 24 * NS_PER_HOUR, 2 * NS_PER_MS, "after another good answer, a day later");
    sync_to(&bench, bad);
    expect_bound(&bench, NEW_YEAR + 24 * NS_PER_HOUR, 1107812500, "after the bad answer again");
}

Test(timesync_clock_bound, looks_at_its_terms_alone, .timeout = 3,
     .description =
         "UDP-CLOCK-007f UDP-CLOCK-007g: an answer with noise in every other field; the caller overwrites it") {
    struct bench bench;
    struct timesync_result *answer = malloc(sizeof *answer);
    require(answer != NULL, "find memory");
    memset(answer, 0xa5, sizeof *answer);
    answer->offset = 60 * NS_PER_MS;
    answer->delay = 20 * NS_PER_MS;
    answer->reply.root_delay = 512;
    answer->reply.root_dispersion = 256;
    start(&bench, NEW_YEAR, &usual);
    sync_to(&bench, *answer);
    expect_bound(&bench, NEW_YEAR, 77812500, "after an answer with noise in the other fields");
    expect_shown(&bench, NEW_YEAR + 60 * NS_PER_SECOND, NEW_YEAR + 60 * NS_PER_SECOND + 30 * NS_PER_MS, "60 s later");
    start(&bench, NEW_YEAR, &usual);
    timesync_clock_sync(&bench.clock, answer);
    memset(answer, 0x5a, sizeof *answer);
    free(answer);
    expect_bound(&bench, NEW_YEAR, 77812500, "after the caller has overwritten the answer");
    expect_shown(&bench, NEW_YEAR + 60 * NS_PER_SECOND, NEW_YEAR + 60 * NS_PER_SECOND + 30 * NS_PER_MS, "60 s later");
}

/* UDP-CLOCK-008 */

/* Starts a clock at raw time 0, and gives it an answer without offset. Returns the bound at that moment. */
static int64_t start_drifting(struct bench *bench, int64_t drift_ppm) {
    start(bench, 0, &(struct timesync_clock_options){NS_PER_SECOND, 1, drift_ppm});
    sync_to(bench, answer_of(20 * NS_PER_MS, 512, 256));
    return timesync_clock_bound(&bench->clock);
}

Test(timesync_clock_bound, grows_with_time, .timeout = 3,
     .description = "UDP-CLOCK-008: 15 ppm and 40 ppm for a second, an hour and a year; then a new synchronisation") {
    static const int64_t rates[] = {15, 40};
    for (int i = 0; i < 2; i++) {
        struct bench bench;
        const int64_t first = start_drifting(&bench, rates[i]);
        expect_bound(&bench, NS_PER_SECOND, first + rates[i] * 1000, "after a second");
        expect_bound(&bench, NS_PER_HOUR, first + rates[i] * 3600000, "after an hour");
        expect_bound(&bench, NS_PER_YEAR, first + rates[i] * 365 * 24 * 3600000, "after a year");
        sync_to(&bench, answer_of(20 * NS_PER_MS, 512, 256));
        expect_bound(&bench, NS_PER_YEAR + NS_PER_SECOND, first + rates[i] * 1000, "a second after another answer");
    }
}

Test(timesync_clock_bound, rounds_its_growth_up, .timeout = 3,
     .description = "UDP-CLOCK-008a: times in which 15 ppm give just less and just more than a nanosecond") {
    struct bench bench;
    const int64_t first = start_drifting(&bench, 15);
    expect_bound(&bench, 1, first + 1, "0.000015 ns");
    expect_bound(&bench, 66666, first + 1, "0.99999 ns");
    expect_bound(&bench, 66667, first + 2, "1.000005 ns");
    expect_bound(&bench, 200000, first + 3, "exactly 3 ns");
    expect_bound(&bench, 200001, first + 4, "3.000015 ns");
}

Test(timesync_clock_bound, is_unknown_at_first, .timeout = 3,
     .description =
         "UDP-CLOCK-008b: before the first synchronisation, at the start and 100 years later; then after it") {
    struct bench bench;
    start(&bench, 0, &usual);
    expect_bound(&bench, 0, INT64_MAX, "at the start");
    expect_shown(&bench, NS_PER_HOUR, NS_PER_HOUR, "an hour later");
    expect_bound(&bench, NS_PER_HOUR, INT64_MAX, "an hour later");
    expect_bound(&bench, 100 * NS_PER_YEAR, INT64_MAX, "100 years later");
    sync_by(&bench, 0);
    expect_bound(&bench, 100 * NS_PER_YEAR, 0, "after a synchronisation");
}

Test(timesync_clock_bound, does_not_count_readings, .timeout = 3,
     .description = "UDP-CLOCK-008c: 9,000 readings of 777 ns each, and a clock that nobody reads in between") {
    struct bench often, seldom;
    const int64_t first = start_drifting(&often, 15);
    step("the raw clock advances by 777 ns, 9,000 times; each time one function reads it");
    for (int i = 1; i < 9000; i++) {
        often.raw = i * 777;
        if (i % 3 == 0)
            timesync_clock_now(&often.clock);
        else
            timesync_clock_bound(&often.clock);
    }
    expect_bound(&often, 9000 * 777, first + 105, "after 9,000 readings: 104.895 ns");
    start(&seldom, 0, &usual);
    turn(&seldom, NS_PER_HOUR);
    sync_to(&seldom, answer_of(20 * NS_PER_MS, 512, 256));
    expect_bound(&seldom, NS_PER_HOUR + 9000 * 777, first + 105, "the same, if nobody reads the clock in between");
}

Test(timesync_clock_bound, grows_for_a_century, .timeout = 3,
     .description = "UDP-CLOCK-008d: 100 years and some nanoseconds at 2, 15 and 999 ppm") {
    static const int64_t rates[] = {2, 15, 999};
    const int64_t century = 100 * NS_PER_YEAR;
    struct bench bench;
    for (int i = 0; i < 3; i++) {
        const int64_t first = start_drifting(&bench, rates[i]);
        expect_bound(&bench, century + 1000001, first + century / 1000000 * rates[i] + rates[i] + 1, "at %lld ppm",
                     (long long)rates[i]);
    }
}

/* UDP-CLOCK-009 */

/* Calls every function, with blocks of exactly the right size that nobody has written to before. */
static void use_a_clock(struct bench *raw) {
    static const struct timesync_clock_options wrong = {.step = -1};
    struct timesync_local_clock *clock = malloc(sizeof *clock);
    struct timesync_clock_options *options = malloc(sizeof *options);
    struct timesync_result *answer = malloc(sizeof *answer);
    require(clock && options && answer, "find memory");
    *options = usual;
    expect_int(timesync_clock_init(clock, read_raw, raw, options), 0, "calling timesync_clock_init");
    free(options);
    timesync_clock_bound(clock);
    for (int i = 0; i < 4; i++) {
        static const int64_t offsets[] = {60 * NS_PER_MS, -60 * NS_PER_MS, NS_PER_SECOND, 0};
        answer->offset = offsets[i];
        answer->delay = NS_PER_MS;
        answer->reply.root_delay = answer->reply.root_dispersion = 256;
        timesync_clock_sync(clock, answer);
        raw->raw += NS_PER_SECOND;
        expect_true(timesync_clock_now(clock) >= NEW_YEAR, "the time must be after the start");
        expect_true(timesync_clock_bound(clock) > 0, "the bound must be known");
    }
    free(answer);
    expect_int(timesync_clock_init(clock, read_raw, raw, &wrong), -1, "calling it with a wrong option");
    free(clock);
}

Test(timesync_clock, leaves_nothing_behind, .timeout = 3,
     .description =
         "UDP-CLOCK-009: ten clocks in blocks of exactly their size, and options and answers that are freed") {
    struct bench raw = {.raw = NEW_YEAR};
    int before = open_descriptors();
    for (int i = 0; i < 10; i++)
        use_a_clock(&raw);
    expect_int(open_descriptors(), before, "the number of open descriptors after ten clocks");
}
