/* timesync_clock.c - a local clock: how it starts, its options and its slews. */
#include <stdlib.h>
#include <string.h>

#include "local_clock.h"

/* UDP-CLOCK-001 */

Test(timesync_clock, runs_as_its_raw_clock, .timeout = 3,
     .description =
         "UDP-CLOCK-001 UDP-CLOCK-001d: raw clocks that start in 2026, in 1970 and in 1969, without a server") {
    static const int64_t starts[] = {NEW_YEAR, 0, -12345 * NS_PER_SECOND};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct bench bench;
        start(&bench, starts[i], NULL);
        expect_shown(&bench, starts[i], starts[i], "at the start, %lld ns", (long long)starts[i]);
        expect_shown(&bench, starts[i] + 1, starts[i] + 1, "1 ns after the start");
        expect_shown(&bench, starts[i] + NS_PER_HOUR, starts[i] + NS_PER_HOUR, "an hour after the start");
        expect_shown(&bench, starts[i] + 70 * NS_PER_YEAR, starts[i] + 70 * NS_PER_YEAR, "70 years after the start");
    }
}

Test(timesync_clock, starts_with_success, .timeout = 3,
     .description = "UDP-CLOCK-001a: without options, and with all three of them") {
    struct bench bench = {.raw = NEW_YEAR};
    const struct timesync_clock_options options = {.step = NS_PER_SECOND, .slew_ppm = 100, .drift_ppm = 20};
    expect_int(timesync_clock_init(&bench.clock, read_raw, &bench, NULL), 0, "calling timesync_clock_init");
    expect_int(timesync_clock_init(&bench.clock, read_raw, &bench, &options), 0, "calling it with three options");
}

static void *expected_ctx;
static int right_calls, wrong_calls;

/* A raw clock that looks at its ctx. */
static int64_t watch_ctx(void *ctx) {
    *(ctx == expected_ctx ? &right_calls : &wrong_calls) += 1;
    return NEW_YEAR;
}

Test(timesync_clock, passes_its_ctx_on, .timeout = 3,
     .description = "UDP-CLOCK-001b: all four functions, with a raw_ctx that is a pointer, and with NULL") {
    static int anything;
    void *const contexts[] = {&anything, NULL};
    for (int i = 0; i < 2; i++) {
        struct timesync_local_clock clock = {0};
        const struct timesync_result answer = {.offset = 1};
        expected_ctx = contexts[i];
        right_calls = wrong_calls = 0;
        step("raw_ctx is %s", i == 0 ? "a pointer" : "NULL");
        timesync_clock_init(&clock, watch_ctx, contexts[i], NULL);
        timesync_clock_now(&clock);
        timesync_clock_sync(&clock, &answer);
        timesync_clock_bound(&clock);
        expect_int(wrong_calls, 0, "the number of calls of raw with another ctx");
        expect_true(right_calls > 0, "raw must be called with its raw_ctx");
    }
}

Test(timesync_clock, is_alone, .timeout = 3,
     .description = "UDP-CLOCK-001c: two clocks with other raw clocks, options and offsets, used in turn") {
    static const struct timesync_clock_options fast = {.step = NS_PER_SECOND, .slew_ppm = 1000};
    static const struct timesync_clock_options slow = {.step = NS_PER_MS, .slew_ppm = 100};
    struct bench first, second;
    start(&first, NEW_YEAR, &fast);
    start(&second, 0, &slow);
    sync_by(&first, 2 * NS_PER_MS);
    sync_by(&second, -2 * NS_PER_MS);
    expect_shown(&first, NEW_YEAR + NS_PER_SECOND, NEW_YEAR + 1001 * NS_PER_MS, "the first clock gains 1 ms of 2 ms");
    expect_shown(&second, 10 * NS_PER_SECOND, 9999 * NS_PER_MS, "the second clock loses 1 ms of 2 ms");
    sync_by(&second, 7 * NS_PER_MS);
    expect_shown(&first, NEW_YEAR + 2 * NS_PER_SECOND, NEW_YEAR + 2002 * NS_PER_MS,
                 "the first clock gains 2 ms of 2 ms");
    expect_shown(&second, 10 * NS_PER_SECOND, 10006 * NS_PER_MS, "the second clock after a step of 7 ms");
}

/* UDP-CLOCK-002 */

Test(timesync_clock, refuses_options_out_of_their_limits, .timeout = 3,
     .description = "UDP-CLOCK-002 UDP-CLOCK-002d: each option just out of its limits, and far out") {
    static const struct timesync_clock_options wrong[] = {
        {.step = -1},
        {.step = INT64_MIN},
        {.slew_ppm = -1},
        {.slew_ppm = 100001},
        {.slew_ppm = 1000000},
        {.slew_ppm = INT64_MAX},
        {.slew_ppm = INT64_MIN},
        {.drift_ppm = -1},
        {.drift_ppm = 1001},
        {.drift_ppm = INT64_MAX},
        {.drift_ppm = INT64_MIN},
        {.slew_ppm = INT64_C(1) << 32 | 1},
        {1, 1, -1},
        {1, -1, 1},
        {-1, 1, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench bench = {.raw = NEW_YEAR}, before;
        memset(&bench.clock, 0x5a, sizeof bench.clock);
        before = bench;
        step("step %" PRId64 ", slew_ppm %" PRId64 ", drift_ppm %" PRId64, wrong[i].step, wrong[i].slew_ppm,
             wrong[i].drift_ppm);
        expect_error(timesync_clock_init(&bench.clock, read_raw, &bench, &wrong[i]), EINVAL,
                     "calling timesync_clock_init with line %zu of the wrong options", i);
        expect_bytes(&bench.clock, sizeof bench.clock, &before.clock, sizeof before.clock, "*clock after the error");
    }
}

Test(timesync_clock, accepts_options_at_their_limits, .timeout = 3,
     .description = "UDP-CLOCK-002a: the smallest options and the largest ones, at work") {
    static const struct timesync_clock_options least = {1, 1, 1}, most = {INT64_MAX, 100000, 1000};
    struct bench bench;
    start(&bench, 0, &least);
    sync_by(&bench, 1);
    expect_shown(&bench, 0, 1, "step 1, after an offset of 1 ns");
    sync_by(&bench, -1000);
    expect_shown(&bench, 9000000, 9000001 - 9, "slew_ppm 1, 9 ms after a negative offset");
    start(&bench, 0, &most);
    sync_by(&bench, 50 * NS_PER_YEAR);
    expect_shown(&bench, 0, 0, "step INT64_MAX, after an offset of 50 years");
    expect_shown(&bench, 50, 55, "slew_ppm 100,000, 50 ns after a positive offset");
    expect_int(timesync_clock_bound(&bench.clock) - (50 * NS_PER_YEAR - 5), 1,
               "the drift: drift_ppm 1,000, after 50 ns");
}

/* Starts clocks with these options. They must behave as clocks with the options in expected. */
static void expect_options(const struct timesync_clock_options *options, const char *name,
                           const struct timesync_clock_options *expected) {
    struct bench bench;
    start(&bench, 0, options);
    sync_by(&bench, expected->step - 1);
    expect_shown(&bench, 0, 0, "%s, after an offset 1 ns below step", name);
    expect_shown(&bench, NS_PER_SECOND, NS_PER_SECOND + expected->slew_ppm * 1000, "%s, a second later", name);
    expect_int(timesync_clock_bound(&bench.clock),
               expected->step - 1 - expected->slew_ppm * 1000 + expected->drift_ppm * 1000,
               "the bound: %s, a second later", name);
    start(&bench, 0, options);
    sync_by(&bench, expected->step);
    expect_shown(&bench, 0, expected->step, "%s, after an offset of step", name);
}

Test(timesync_clock, has_defaults, .timeout = 3,
     .description = "UDP-CLOCK-002b UDP-CLOCK-002c: NULL, all options 0, and two options 0 beside another one") {
    static const struct timesync_clock_options usual = {128 * NS_PER_MS, 500, 15}, zeros = {0};
    static const struct timesync_clock_options step = {.step = NS_PER_SECOND}, slew = {.slew_ppm = 700},
                                               drift = {.drift_ppm = 40};
    expect_options(NULL, "options NULL", &usual);
    expect_options(&zeros, "all options 0", &usual);
    expect_options(&step, "only step given", &(struct timesync_clock_options){NS_PER_SECOND, 500, 15});
    expect_options(&slew, "only slew_ppm given", &(struct timesync_clock_options){128 * NS_PER_MS, 700, 15});
    expect_options(&drift, "only drift_ppm given", &(struct timesync_clock_options){128 * NS_PER_MS, 500, 40});
}

Test(timesync_clock, keeps_its_options, .timeout = 3,
     .description = "UDP-CLOCK-002e: a block of options that is overwritten and freed after the call") {
    struct timesync_clock_options *options = calloc(1, sizeof *options);
    struct bench bench;
    *options = (struct timesync_clock_options){.step = NS_PER_SECOND, .slew_ppm = 1000};
    start(&bench, 0, options);
    memset(options, 0, sizeof *options);
    free(options);
    sync_by(&bench, 500 * NS_PER_MS);
    expect_shown(&bench, NS_PER_SECOND, 1001 * NS_PER_MS, "slew_ppm is still 1,000, and step is still a second");
}

/* UDP-CLOCK-003: with a step that no offset of these tests reaches. */

static const struct timesync_clock_options never_step = {.step = 100 * NS_PER_YEAR};

Test(timesync_clock, slews_at_its_rate, .timeout = 3,
     .description = "UDP-CLOCK-003 UDP-CLOCK-003c UDP-CLOCK-003d: 60 ms ahead and behind, until they are made up") {
    static const int64_t signs[] = {1, -1};
    for (int i = 0; i < 2; i++) {
        struct bench bench;
        start(&bench, NEW_YEAR, &never_step);
        sync_by(&bench, signs[i] * 60 * NS_PER_MS);
        const int64_t ms = signs[i] * NS_PER_MS;
        expect_shown(&bench, NEW_YEAR + NS_PER_SECOND, NEW_YEAR + NS_PER_SECOND + ms / 2, "a second later");
        expect_shown(&bench, NEW_YEAR + 60 * NS_PER_SECOND, NEW_YEAR + 60 * NS_PER_SECOND + 30 * ms, "a minute later");
        expect_shown(&bench, NEW_YEAR + 120 * NS_PER_SECOND, NEW_YEAR + 120 * NS_PER_SECOND + 60 * ms,
                     "when all is made up");
        expect_shown(&bench, NEW_YEAR + 122 * NS_PER_SECOND, NEW_YEAR + 122 * NS_PER_SECOND + 60 * ms,
                     "two seconds after that");
        expect_shown(&bench, NEW_YEAR + NS_PER_YEAR, NEW_YEAR + NS_PER_YEAR + 60 * ms, "a year later");
    }
}

Test(timesync_clock, does_not_jump_in_a_slew, .timeout = 3,
     .description = "UDP-CLOCK-003a: return values and times after offsets of both signs, small and large") {
    static const int64_t offsets[] = {1, 60 * NS_PER_MS, NS_PER_SECOND - 1, -1, -60 * NS_PER_MS, -NS_PER_SECOND};
    static const struct timesync_clock_options second = {.step = NS_PER_SECOND};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        struct bench bench;
        start(&bench, NEW_YEAR, &second);
        expect_int(sync_by(&bench, offsets[i]), 0, "calling timesync_clock_sync for %lld ns", (long long)offsets[i]);
        expect_shown(&bench, NEW_YEAR, NEW_YEAR, "at once after an offset of %lld ns", (long long)offsets[i]);
    }
}

Test(timesync_clock, rounds_what_is_made_up_down, .timeout = 3,
     .description = "UDP-CLOCK-003b: 7 ppm, for times that give just less and just more than a nanosecond") {
    static const struct timesync_clock_options seven = {.step = 100 * NS_PER_YEAR, .slew_ppm = 7};
    struct bench ahead, behind;
    start(&ahead, 0, &seven);
    start(&behind, 0, &seven);
    sync_by(&ahead, NS_PER_SECOND);
    sync_by(&behind, -NS_PER_SECOND);
    expect_shown(&ahead, 142857, 142857, "0.999999 ns are made up");
    expect_shown(&ahead, 142858, 142859, "1.000006 ns are made up");
    expect_shown(&ahead, 285714, 285715, "1.999998 ns are made up");
    expect_shown(&behind, 142857, 142857, "0.999999 ns are made up of a negative offset");
    expect_shown(&behind, 142858, 142857, "1.000006 ns are made up of a negative offset");
    expect_shown(&behind, 285714, 285713, "1.999998 ns are made up of a negative offset");
}

Test(timesync_clock, does_not_count_its_readings, .timeout = 3,
     .description =
         "UDP-CLOCK-003e: 9,000 readings of 777 ns each, and a clock that nobody reads before or after its sync") {
    struct bench often, seldom;
    start(&often, 0, &never_step);
    sync_by(&often, 60 * NS_PER_MS);
    step("the raw clock advances by 777 ns, 9,000 times; each time one function reads it");
    for (int i = 1; i < 9000; i++) {
        often.raw = i * 777;
        if (i % 3 == 0)
            timesync_clock_bound(&often.clock);
        else
            timesync_clock_now(&often.clock);
    }
    expect_shown(&often, 9000 * 777, 9000 * 777 + 3496, "3,496.5 ns are made up after 9,000 readings");
    start(&seldom, 0, &never_step);
    turn(&seldom, NS_PER_HOUR);
    sync_by(&seldom, 60 * NS_PER_MS);
    expect_shown(&seldom, NS_PER_HOUR + 9000 * 777, NS_PER_HOUR + 9000 * 777 + 3496,
                 "the same, if the first reading is an hour after the start");
}

Test(timesync_clock, slews_for_a_century, .timeout = 3,
     .description = "UDP-CLOCK-003f: 100 years and some nanoseconds, at 99,999, 33,333 and 500 ppm") {
    static const int64_t rates[] = {99999, 33333, 500};
    for (int i = 0; i < 3; i++) {
        const struct timesync_clock_options options = {.step = 100 * NS_PER_YEAR, .slew_ppm = rates[i]};
        const int64_t century = 100 * NS_PER_YEAR, gained = century / 1000000 * rates[i];
        struct bench bench;
        start(&bench, 0, &options);
        sync_by(&bench, 20 * NS_PER_YEAR);
        expect_shown(&bench, century + 1000001, century + 1000001 + gained + rates[i], "at %lld ppm",
                     (long long)rates[i]);
        start(&bench, 0, &options);
        sync_by(&bench, -20 * NS_PER_YEAR);
        expect_shown(&bench, century + 1000001, century + 1000001 - gained - rates[i], "at -%lld ppm",
                     (long long)rates[i]);
    }
}

Test(timesync_clock, has_nothing_to_make_up_for_0, .timeout = 3,
     .description = "UDP-CLOCK-003g: an offset of 0 at the start, and again an hour later") {
    struct bench bench;
    start(&bench, NEW_YEAR, &never_step);
    for (int hours = 1; hours <= 2; hours++) {
        expect_int(sync_by(&bench, 0), 0, "calling timesync_clock_sync for an offset of 0");
        expect_shown(&bench, NEW_YEAR + hours * NS_PER_HOUR, NEW_YEAR + hours * NS_PER_HOUR, "after an hour");
    }
}
