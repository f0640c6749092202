/* timesync_clock_jumps.c - a local clock: steps, never backwards, and a new offset before the old one is made up. */
#include "local_clock.h"
#include "support/core/seed.h"

/* UDP-CLOCK-004 */

Test(timesync_clock_step, begins_at_the_threshold, .timeout = 3,
     .description = "UDP-CLOCK-004 UDP-CLOCK-003a: a step of one second; offsets of 1 ns less, of exactly that, of 1 "
                    "ns and 50 years more") {
    static const int64_t offsets[] = {NS_PER_SECOND - 1, NS_PER_SECOND, NS_PER_SECOND + 1, 50 * NS_PER_YEAR};
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        const int64_t gained = i == 0 ? 1 : offsets[i]; /* a slew gives 1 ns in 2,000 ns */
        struct bench bench;
        start(&bench, NS_PER_HOUR, &second);
        sync_by(&bench, offsets[i]);
        expect_shown(&bench, NS_PER_HOUR + 2000, NS_PER_HOUR + 2000 + gained, "2,000 ns after an offset of %lld ns",
                     (long long)offsets[i]);
    }
}

Test(timesync_clock_step, is_reported, .timeout = 3,
     .description = "UDP-CLOCK-004a: offsets of a second, of an hour and of 56 years") {
    struct bench bench;
    start(&bench, 0, &second);
    expect_int(sync_by(&bench, NS_PER_SECOND), 1, "calling timesync_clock_sync for an offset of step");
    expect_int(sync_by(&bench, NS_PER_HOUR), 1, "calling timesync_clock_sync for an hour");
    expect_int(sync_by(&bench, NEW_YEAR), 1, "calling timesync_clock_sync for 56 years");
}

Test(timesync_clock_step, leaves_nothing_to_make_up, .timeout = 3,
     .description = "UDP-CLOCK-004b: the time an hour and 30 days after a step, and the bound at once") {
    struct bench bench;
    start(&bench, NEW_YEAR, &second);
    sync_by(&bench, 5 * NS_PER_SECOND);
    expect_bound(&bench, NEW_YEAR, 0, "right after a step, from an answer without delay");
    expect_shown(&bench, NEW_YEAR + NS_PER_HOUR, NEW_YEAR + NS_PER_HOUR + 5 * NS_PER_SECOND, "an hour after a step");
    expect_shown(&bench, NEW_YEAR + 720 * NS_PER_HOUR, NEW_YEAR + 720 * NS_PER_HOUR + 5 * NS_PER_SECOND,
                 "30 days after a step");
}

/* UDP-CLOCK-005 */

Test(timesync_clock_forwards, loses_a_large_offset_slowly, .timeout = 3,
     .description = "UDP-CLOCK-005a: offsets from -1 s to -50 years, compared with one that is smaller than step") {
    static const int64_t offsets[] = {-NS_PER_SECOND, -NS_PER_SECOND - 1, -NS_PER_HOUR, -50 * NS_PER_YEAR};
    struct bench small;
    start(&small, NEW_YEAR, &second);
    sync_by(&small, -NS_PER_SECOND + 1);
    turn(&small, NEW_YEAR + 1000 * NS_PER_SECOND);
    const int64_t slewed = timesync_clock_now(&small.clock);
    expect_true(slewed > NEW_YEAR + small.lead, "after 1,000 s the clock must have gone on");
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        struct bench bench;
        start(&bench, NEW_YEAR, &second);
        sync_by(&bench, offsets[i]);
        turn(&bench, NEW_YEAR + 1);
        expect_true(timesync_clock_now(&bench.clock) >= NEW_YEAR + bench.lead,
                    "the clock must not go back after an offset of %lld ns", (long long)offsets[i]);
        turn(&bench, NEW_YEAR + 1000 * NS_PER_SECOND);
        expect_int(timesync_clock_now(&bench.clock), slewed, "the time 1,000 s after an offset of %lld ns",
                   (long long)offsets[i]);
    }
}

Test(timesync_clock_forwards, stands_still_with_its_raw_clock, .timeout = 3,
     .description = "UDP-CLOCK-005b: two readings at one raw time, before a sync, in a slew and after a step") {
    struct bench bench;
    start(&bench, NEW_YEAR, &second);
    expect_shown(&bench, NEW_YEAR, NEW_YEAR, "the first reading");
    expect_shown(&bench, NEW_YEAR, NEW_YEAR, "the second reading");
    sync_by(&bench, -60 * NS_PER_MS);
    expect_shown(&bench, NEW_YEAR + NS_PER_SECOND, NEW_YEAR + NS_PER_SECOND - NS_PER_MS / 2, "a second into a slew");
    expect_shown(&bench, NEW_YEAR + NS_PER_SECOND, NEW_YEAR + NS_PER_SECOND - NS_PER_MS / 2, "once more");
    sync_by(&bench, 2 * NS_PER_SECOND);
    const int64_t stepped = NEW_YEAR + 3 * NS_PER_SECOND - NS_PER_MS / 2;
    expect_shown(&bench, NEW_YEAR + NS_PER_SECOND, stepped, "after a step");
    expect_shown(&bench, NEW_YEAR + NS_PER_SECOND, stepped, "once more after a step");
}

Test(timesync_clock_forwards, waits_for_a_raw_clock_that_went_back, .timeout = 3,
     .description = "UDP-CLOCK-005c: a raw clock that goes back by 1 ns, by an hour and by 50 years") {
    static const int64_t back[] = {1, NS_PER_HOUR, 50 * NS_PER_YEAR};
    for (int i = 0; i < 3; i++) {
        struct bench bench;
        start(&bench, NEW_YEAR, &usual);
        const int64_t highest = NEW_YEAR + 2 * NS_PER_HOUR;
        expect_shown(&bench, highest, highest, "two hours after the start");
        expect_shown(&bench, highest - back[i], highest, "after the raw clock went back by %lld ns",
                     (long long)back[i]);
        expect_shown(&bench, highest - back[i] / 2, highest, "when it is half way up again");
        expect_shown(&bench, highest, highest, "when it is at its highest value again");
        expect_shown(&bench, highest + 1, highest + 1, "when it is 1 ns above it");
    }
}

Test(timesync_clock_forwards, remembers_the_highest_value_that_it_read, .timeout = 3,
     .description = "UDP-CLOCK-005d: a highest value that only init, only the bound, or only a sync has read") {
    struct bench bench;
    start(&bench, NEW_YEAR - 2 * NS_PER_HOUR, &second);
    bench.raw = NEW_YEAR;
    step("timesync_clock_init again, two hours later");
    timesync_clock_init(&bench.clock, read_raw, &bench, &second);
    expect_shown(&bench, NEW_YEAR - NS_PER_HOUR, NEW_YEAR, "an hour below the value that init read");
    turn(&bench, NEW_YEAR + 10 * NS_PER_SECOND);
    sync_by(&bench, 0);
    expect_shown(&bench, NEW_YEAR, NEW_YEAR + 10 * NS_PER_SECOND, "below the value that timesync_clock_sync read");
    turn(&bench, NEW_YEAR + 15 * NS_PER_SECOND);
    step("timesync_clock_bound(&clock)");
    timesync_clock_bound(&bench.clock);
    expect_shown(&bench, NEW_YEAR, NEW_YEAR + 15 * NS_PER_SECOND, "below the value that timesync_clock_bound read");
    sync_by(&bench, 0);
    expect_shown(&bench, NEW_YEAR + 14 * NS_PER_SECOND, NEW_YEAR + 15 * NS_PER_SECOND,
                 "after a synchronisation while the raw clock was low");
}

Test(timesync_clock_forwards, holds_slew_and_bound_while_it_stands, .timeout = 3,
     .description =
         "UDP-CLOCK-005e: a raw clock that goes back by a minute in the middle of a slew, and after an offset of 0") {
    struct bench slew, drift;
    const int64_t highest = NEW_YEAR + 80 * NS_PER_SECOND, shown = highest + 40 * NS_PER_MS;
    start(&slew, NEW_YEAR, &usual);
    sync_by(&slew, 60 * NS_PER_MS);
    expect_shown(&slew, highest, shown, "after 80 s: 40 ms are made up");
    expect_shown(&slew, highest - 60 * NS_PER_SECOND, shown, "while the raw clock is low");
    expect_shown(&slew, highest - 1, shown, "while the raw clock is 1 ns low");
    expect_shown(&slew, highest + 20 * NS_PER_SECOND, shown + 20 * NS_PER_SECOND + 10 * NS_PER_MS,
                 "when the raw clock is 20 s above its highest value");
    start(&drift, NEW_YEAR, &usual);
    sync_by(&drift, 0);
    expect_bound(&drift, highest, 1200000, "after 80 s");
    expect_bound(&drift, highest - 60 * NS_PER_SECOND, 1200000, "while the raw clock is low");
    expect_bound(&drift, highest - 1, 1200000, "while the raw clock is 1 ns low");
    expect_bound(&drift, highest + 20 * NS_PER_SECOND, 1500000, "when the raw clock is 20 s above its highest value");
}

/* Moves the raw clock at random, mostly by a little, and gives the clock random offsets. Returns how many readings are
 * less than the reading before them. */
static int decreases(struct bench *bench, struct dice *dice) {
    int64_t before = timesync_clock_now(&bench->clock);
    int found = 0;
    for (int i = 0; i < 20000; i++) {
        bench->raw +=
            dice_below(dice, 10) == 0 ? (int64_t)dice_below(dice, 2000000) - 1000000 : (int64_t)dice_below(dice, 25);
        if (dice_below(dice, 50) == 0)
            timesync_clock_sync(&bench->clock,
                                &(struct timesync_result){.offset = (int64_t)dice_below(dice, 2000000) - 1500000});
        int64_t now = timesync_clock_now(&bench->clock);
        found += now < before;
        before = now;
    }
    return found;
}

Test(timesync_clock_forwards, never_decreases, .timeout = 3,
     .description = "UDP-CLOCK-005: 20,000 readings of a random raw clock with 400 random offsets, at a fast slew") {
    static const struct timesync_clock_options fast = {NS_PER_MS / 4, 99999, 15};
    struct dice dice = dice_for("raw clock");
    struct bench bench;
    start(&bench, NEW_YEAR, &fast);
    expect_shown(&bench, NEW_YEAR, NEW_YEAR, "at the start");
    step("20,000 times: the raw clock moves at random, sometimes there is an offset, and the clock is read");
    expect_int(decreases(&bench, &dice), 0, "how many readings are less than the one before");
    turn(&bench, NEW_YEAR + NS_PER_HOUR);
    expect_true(timesync_clock_now(&bench.clock) > NEW_YEAR + bench.lead, "after an hour the clock must have gone on");
}

/* UDP-CLOCK-006: what a clock shows in the middle of a slew is the base of these tests, whatever it is. */

/* Starts a clock, and stops in the middle of a slew of 60 ms. Returns what the clock shows. */
static int64_t start_slew(struct bench *bench, int64_t sign) {
    start(bench, NEW_YEAR, &second);
    sync_by(bench, sign * 60 * NS_PER_MS);
    turn(bench, NEW_YEAR + NS_PER_SECOND * 60);
    int64_t shown = timesync_clock_now(&bench->clock);
    expect_true(shown != NEW_YEAR + NS_PER_SECOND * 60 + bench->lead, "a part of the offset must be made up");
    return shown - bench->lead;
}

Test(
    timesync_clock_resync, replaces_what_was_left, .timeout = 3,
    .description = "UDP-CLOCK-006 UDP-CLOCK-006a: offsets of 60, 10, -10 and -60 ms in the middle of a slew of 60 ms") {
    static const int64_t offsets[] = {60 * NS_PER_MS, 10 * NS_PER_MS, -10 * NS_PER_MS, -60 * NS_PER_MS};
    for (int i = 0; i < 4; i++) {
        struct bench bench;
        const int64_t shown = start_slew(&bench, 1), raw = bench.raw;
        sync_by(&bench, offsets[i]);
        if (offsets[i] > 0) {
            expect_shown(&bench, raw + 2000, shown + 2001, "2,000 ns later, 1 ns of the new offset is made up");
            expect_shown(&bench, raw + 10 * NS_PER_SECOND, shown + 10005 * NS_PER_MS, "10 s later");
        }
        expect_shown(&bench, raw + NS_PER_HOUR, shown + NS_PER_HOUR + offsets[i],
                     "an hour later, all of the new offset of %lld ns is made up", (long long)offsets[i]);
    }
}

Test(timesync_clock_resync, ends_a_slew_for_0, .timeout = 3,
     .description = "UDP-CLOCK-006b: an offset of 0 in the middle of slews in both directions") {
    for (int sign = -1; sign <= 1; sign += 2) {
        struct bench bench;
        const int64_t shown = start_slew(&bench, sign), raw = bench.raw;
        sync_by(&bench, 0);
        expect_shown(&bench, raw + 2000, shown + 2000, "2,000 ns after an offset of 0");
        expect_shown(&bench, raw + NS_PER_HOUR, shown + NS_PER_HOUR, "an hour after an offset of 0");
    }
}

Test(timesync_clock_resync, ends_a_slew_at_a_step, .timeout = 3,
     .description = "UDP-CLOCK-006c: a step of two seconds in the middle of slews in both directions") {
    for (int sign = -1; sign <= 1; sign += 2) {
        struct bench bench;
        const int64_t shown = start_slew(&bench, sign) + 2 * NS_PER_SECOND, raw = bench.raw;
        sync_by(&bench, 2 * NS_PER_SECOND);
        expect_shown(&bench, raw + 2000, shown + 2000, "2,000 ns after a step");
        expect_shown(&bench, raw + NS_PER_HOUR, shown + NS_PER_HOUR, "an hour after a step");
    }
}
