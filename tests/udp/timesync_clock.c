/* timesync_clock.c - a local clock: how it starts, its options and its slews. */
#include <stdlib.h>
#include <string.h>

#include "local_clock.h"
#include "support/core/require.h"

/* UDP-CLOCK-001 */

Test(timesync_clock, runs_as_its_raw_clock, .timeout = 3,
     .description =
         "UDP-CLOCK-001 UDP-CLOCK-001d: raw clocks that start in 2026, in 1970 and in 1969, without a server") {
    static const int64_t starts[] = {NEW_YEAR, 0, -12345 * NS_PER_SECOND};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct bench bench;
        start(&bench, starts[i], &usual);
        expect_int(bench.lead, 0, "how far the new clock is from its raw clock, at %lld ns", (long long)starts[i]);
        expect_shown(&bench, starts[i] + 1, starts[i] + 1, "1 ns after the start");
        expect_shown(&bench, starts[i] + NS_PER_HOUR, starts[i] + NS_PER_HOUR, "an hour after the start");
        expect_shown(&bench, starts[i] + 5 * NS_PER_HOUR, starts[i] + 5 * NS_PER_HOUR, "five hours after the start");
    }
}

Test(timesync_clock, starts_with_success, .timeout = 3,
     .description = "UDP-CLOCK-001a: with the default options, and with three others") {
    struct bench bench = {.raw = NEW_YEAR};
    const struct timesync_clock_options others = {NS_PER_SECOND, 100, 20};
    expect_int(timesync_clock_init(&bench.clock, read_raw, &bench, &usual), 0, "calling timesync_clock_init");
    expect_int(timesync_clock_init(&bench.clock, read_raw, &bench, &others), 0, "calling it with other options");
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
        timesync_clock_init(&clock, watch_ctx, contexts[i], &usual);
        timesync_clock_now(&clock);
        timesync_clock_sync(&clock, &answer);
        timesync_clock_bound(&clock);
        expect_int(wrong_calls, 0, "the number of calls of raw with another ctx");
        expect_true(right_calls > 0, "raw must be called with its raw_ctx");
    }
}

/* What happens to the two clocks of the next test, and when. */
enum { CLOCKS = 2, SCENES = 3 };

/* One scene of one clock: time passes, there is an answer, and more time passes. Says what the clock shows. */
static void play(struct bench *bench, int clock, int scene, int64_t seen[2]) {
    static const int64_t offsets[CLOCKS][SCENES] = {{4 * NS_PER_MS, -NS_PER_MS, NS_PER_HOUR},
                                                    {2 * NS_PER_MS, 7 * NS_PER_MS, 0}};
    turn(bench, bench->raw + (2 - clock) * NS_PER_SECOND);
    sync_by(bench, offsets[clock][scene]);
    turn(bench, bench->raw + (1 + clock) * NS_PER_SECOND);
    seen[0] = timesync_clock_now(&bench->clock);
    seen[1] = timesync_clock_bound(&bench->clock);
}

Test(timesync_clock, is_alone, .timeout = 3,
     .description = "UDP-CLOCK-001c: two clocks with other raw clocks, options and offsets: one by one, then in turn") {
    static const struct timesync_clock_options options[CLOCKS] = {{NS_PER_SECOND, 1000, 15}, {3 * NS_PER_MS, 100, 40}};
    static const int64_t starts[CLOCKS] = {NEW_YEAR, NS_PER_HOUR};
    int64_t alone[CLOCKS][SCENES][2], together[CLOCKS][SCENES][2];
    struct bench bench[CLOCKS];
    for (int clock = 0; clock < CLOCKS; clock++) {
        start(&bench[clock], starts[clock], &options[clock]);
        for (int scene = 0; scene < SCENES; scene++)
            play(&bench[clock], clock, scene, alone[clock][scene]);
    }
    for (int clock = 0; clock < CLOCKS; clock++)
        start(&bench[clock], starts[clock], &options[clock]);
    for (int scene = 0; scene < SCENES; scene++)
        for (int clock = 0; clock < CLOCKS; clock++)
            play(&bench[clock], clock, scene, together[clock][scene]);
    expect_true(alone[0][0][0] != 0, "the first clock must show a time");
    for (int i = 0; i < CLOCKS * SCENES; i++) {
        int clock = i % CLOCKS, scene = i / CLOCKS;
        expect_int(together[clock][scene][0], alone[clock][scene][0], "the time of clock %d in scene %d", clock, scene);
        expect_int(together[clock][scene][1], alone[clock][scene][1], "the bound of clock %d in scene %d", clock,
                   scene);
    }
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
    static const struct timesync_clock_options low_step = {1, 500, 15}, high_step = {INT64_MAX, 500, 15},
                                               low_rates = {NS_PER_SECOND, 1, 1},
                                               high_rates = {NS_PER_SECOND, 100000, 1000};
    struct bench bench;
    start(&bench, 0, &low_step);
    sync_by(&bench, 1);
    expect_shown(&bench, 2000, 2001, "step 1, after an offset of 1 ns");
    expect_shown(&bench, 4000, 4001, "step 1, a little later");
    start(&bench, 0, &high_step);
    sync_by(&bench, 50 * NS_PER_YEAR);
    expect_shown(&bench, 4000, 4002, "step INT64_MAX, after an offset of 50 years");
    start(&bench, 0, &low_rates);
    sync_by(&bench, 1000);
    expect_shown(&bench, 9000000, 9000009, "slew_ppm 1, after 9 ms");
    start(&bench, 0, &low_rates);
    sync_by(&bench, 0);
    expect_bound(&bench, 3000000, 3, "drift_ppm 1, after 3 ms");
    start(&bench, 0, &high_rates);
    sync_by(&bench, 1000);
    expect_shown(&bench, 50, 55, "slew_ppm 100,000, after 50 ns");
    start(&bench, 0, &high_rates);
    sync_by(&bench, 0);
    expect_bound(&bench, 3000, 3, "drift_ppm 1,000, after 3,000 ns");
}

/* What a clock does with its options: its drift, its slew, and its step. */
struct observed {
    int64_t drift, slew, step;
};

/* Observes a clock that was just started, for options whose step is this one. */
static struct observed observe(struct bench *bench, int64_t step) {
    struct observed seen;
    sync_by(bench, 0);
    turn(bench, bench->raw + NS_PER_SECOND);
    seen.drift = timesync_clock_bound(&bench->clock);
    seen.slew = timesync_clock_now(&bench->clock);
    sync_by(bench, step - 1);
    turn(bench, bench->raw + NS_PER_SECOND);
    seen.slew = timesync_clock_now(&bench->clock) - seen.slew;
    sync_by(bench, step);
    turn(bench, bench->raw + NS_PER_SECOND);
    seen.step = timesync_clock_now(&bench->clock);
    return seen;
}

/* The two clocks must do the same. */
static void expect_same(struct observed got, struct observed expected, const char *name) {
    expect_true(expected.step != 0, "the clock must show a time");
    expect_int(got.drift, expected.drift, "the bound, a second after an offset of 0: %s", name);
    expect_int(got.slew, expected.slew, "how far the clock goes in a second, 1 ns below step: %s", name);
    expect_int(got.step, expected.step, "the time, a second after an offset of step: %s", name);
}

Test(timesync_clock, has_defaults, .timeout = 3,
     .description =
         "UDP-CLOCK-002b UDP-CLOCK-002c: NULL, zeros, and one 0 beside two numbers, against 128 ms, 500, 15") {
    static const struct {
        const char *name;
        struct timesync_clock_options given, expected;
    } cases[] = {
        {"options NULL", {0, 0, 0}, {128 * NS_PER_MS, 500, 15}},
        {"all options 0", {0, 0, 0}, {128 * NS_PER_MS, 500, 15}},
        {"step 0", {0, 700, 40}, {128 * NS_PER_MS, 700, 40}},
        {"slew_ppm 0", {NS_PER_SECOND, 0, 40}, {NS_PER_SECOND, 500, 40}},
        {"drift_ppm 0", {NS_PER_SECOND, 700, 0}, {NS_PER_SECOND, 700, 15}},
        {"only step given", {NS_PER_SECOND, 0, 0}, {NS_PER_SECOND, 500, 15}},
        {"only slew_ppm given", {0, 700, 0}, {128 * NS_PER_MS, 700, 15}},
        {"only drift_ppm given", {0, 0, 40}, {128 * NS_PER_MS, 500, 40}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench given, expected;
        step("case %zu: %s", i, cases[i].name);
        start(&given, NS_PER_HOUR, i == 0 ? NULL : &cases[i].given);
        start(&expected, NS_PER_HOUR, &cases[i].expected);
        expect_same(observe(&given, cases[i].expected.step), observe(&expected, cases[i].expected.step), cases[i].name);
    }
}

Test(timesync_clock, keeps_its_options, .timeout = 3,
     .description = "UDP-CLOCK-002e: a block of options that is overwritten and freed after the call") {
    static const struct timesync_clock_options same = {NS_PER_SECOND, 1000, 40};
    struct timesync_clock_options *options = malloc(sizeof *options);
    struct bench robbed, other;
    require(options != NULL, "find memory");
    *options = same;
    start(&robbed, NS_PER_HOUR, options);
    memset(options, 0, sizeof *options);
    free(options);
    start(&other, NS_PER_HOUR, &same);
    expect_same(observe(&robbed, same.step), observe(&other, same.step), "a clock whose options are gone");
}

/* UDP-CLOCK-003: with a step that no offset of these tests reaches. */

/* Slews 60 ms in one direction: sign is 1 or -1. */
static void slew_60_ms(int64_t begin, int64_t sign) {
    const int64_t ms = sign * NS_PER_MS;
    struct bench bench;
    start(&bench, begin, &never);
    sync_by(&bench, 60 * ms);
    expect_shown(&bench, begin + NS_PER_SECOND, begin + NS_PER_SECOND + ms / 2, "a second later");
    expect_shown(&bench, begin + 60 * NS_PER_SECOND, begin + 60 * NS_PER_SECOND + 30 * ms, "a minute later");
    expect_shown(&bench, begin + 120 * NS_PER_SECOND, begin + 120 * NS_PER_SECOND + 60 * ms, "when all is made up");
    expect_shown(&bench, begin + 122 * NS_PER_SECOND, begin + 122 * NS_PER_SECOND + 60 * ms, "two seconds after that");
    expect_shown(&bench, begin + NS_PER_YEAR, begin + NS_PER_YEAR + 60 * ms, "a year later");
}

Test(timesync_clock, slews_at_its_rate, .timeout = 3,
     .description = "UDP-CLOCK-003 UDP-CLOCK-003c UDP-CLOCK-003d: 60 ms ahead and behind, in 2026 and around 1970") {
    slew_60_ms(NEW_YEAR, 1);
    slew_60_ms(NEW_YEAR, -1);
    slew_60_ms(-90 * NS_PER_SECOND - 1, 1);
    slew_60_ms(-90 * NS_PER_SECOND - 1, -1);
}

Test(timesync_clock, does_not_jump_in_a_slew, .timeout = 3,
     .description = "UDP-CLOCK-003a: return values and times after offsets of both signs, small and large") {
    static const int64_t offsets[] = {1, 60 * NS_PER_MS, NS_PER_SECOND - 1, -1, -60 * NS_PER_MS};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        struct bench bench;
        start(&bench, NEW_YEAR, &second);
        expect_int(sync_by(&bench, offsets[i]), 0, "calling timesync_clock_sync for %lld ns", (long long)offsets[i]);
        expect_shown(&bench, NEW_YEAR + 1, NEW_YEAR + 1, "1 ns after an offset of %lld ns", (long long)offsets[i]);
    }
}

Test(timesync_clock, rounds_what_is_made_up_down, .timeout = 3,
     .description = "UDP-CLOCK-003b: 7 ppm, for times that give just less and just more than a nanosecond") {
    static const struct timesync_clock_options seven = {NS_PER_HOUR, 7, 15};
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
    start(&often, 0, &never);
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
    start(&seldom, 0, &never);
    turn(&seldom, NS_PER_HOUR);
    sync_by(&seldom, 60 * NS_PER_MS);
    expect_shown(&seldom, NS_PER_HOUR + 9000 * 777, NS_PER_HOUR + 9000 * 777 + 3496,
                 "the same, if the first reading is an hour after the start");
}

Test(timesync_clock, slews_for_a_century, .timeout = 3,
     .description = "UDP-CLOCK-003f: 100 years and some nanoseconds, at 99,999, 33,333 and 500 ppm") {
    static const int64_t rates[] = {99999, 33333, 500};
    for (int i = 0; i < 3; i++) {
        const struct timesync_clock_options options = {100 * NS_PER_YEAR, rates[i], 15};
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
    start(&bench, NEW_YEAR, &never);
    for (int hours = 1; hours <= 2; hours++) {
        expect_int(sync_by(&bench, 0), 0, "calling timesync_clock_sync for an offset of 0");
        expect_shown(&bench, NEW_YEAR + hours * NS_PER_HOUR, NEW_YEAR + hours * NS_PER_HOUR, "after an hour");
    }
}
