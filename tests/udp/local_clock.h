/* local_clock.h - a local clock over a raw clock that the test turns by hand, for the tests of area CLOCK. */
#ifndef UDP_LOCAL_CLOCK_H
#define UDP_LOCAL_CLOCK_H

#include <inttypes.h>
#include <timeslice/timesync.h>

#include "support/core/expect.h"
#include "support/net/ntp.h"

#define NS_PER_HOUR (3600 * NS_PER_SECOND)
#define NS_PER_YEAR (365 * 24 * NS_PER_HOUR)

/* The defaults, each given by its value. So only the tests of the options need a default. */
static const struct timesync_clock_options usual = {128 * NS_PER_MS, 500, 15};

/* The same with a step of one second, and with a step that no offset reaches. */
static const struct timesync_clock_options second = {NS_PER_SECOND, 500, 15};
static const struct timesync_clock_options never = {100 * NS_PER_YEAR, 500, 15};

/* A local clock, and what its raw clock shows. */
struct bench {
    int64_t raw;
    int64_t lead; /* how far the clock was ahead of its raw clock at the start; only UDP-CLOCK-001 asks for 0 */
    struct timesync_local_clock clock;
};

/* The raw clock: a timesync_clock whose ctx is a struct bench. It shows the same time until the test turns it. */
static inline int64_t read_raw(void *bench) {
    return ((struct bench *)bench)->raw;
}

/* Turns the raw clock to this time, forwards or backwards. */
static inline void turn(struct bench *bench, int64_t to) {
    step("the raw clock shows %" PRId64 " ns", to);
    bench->raw = to;
}

/* Starts a clock whose raw clock shows this time, and reads it once. Only one test asks what timesync_clock_init
 * returns.
 */
static inline void start(struct bench *bench, int64_t raw, const struct timesync_clock_options *options) {
    *bench = (struct bench){0};
    turn(bench, raw);
    step("timesync_clock_init(&clock, raw, raw_ctx, options)");
    timesync_clock_init(&bench->clock, read_raw, bench, options);
    step("timesync_clock_now(&clock)");
    bench->lead = timesync_clock_now(&bench->clock) - raw;
}

/* Corrects the clock by an answer that has this offset and nothing else. Returns what timesync_clock_sync returns. */
static inline int sync_by(struct bench *bench, int64_t offset) {
    step("timesync_clock_sync with an offset of %" PRId64 " ns", offset);
    return timesync_clock_sync(&bench->clock, &(struct timesync_result){.offset = offset});
}

/* Turns the raw clock. Then the local clock must show this time. A wrong start does not count here. */
#define expect_shown(bench, turned_to, expected, ...)                                                                  \
    do {                                                                                                               \
        struct timesync_local_clock *clock = &(bench)->clock;                                                          \
        turn((bench), (turned_to));                                                                                    \
        expect_int(timesync_clock_now(clock), (expected) + (bench)->lead, "the time: " __VA_ARGS__);                   \
    } while (0)

/* Turns the raw clock. Then the bound must be this one. */
#define expect_bound(bench, turned_to, expected, ...)                                                                  \
    do {                                                                                                               \
        struct timesync_local_clock *clock = &(bench)->clock;                                                          \
        turn((bench), (turned_to));                                                                                    \
        expect_int(timesync_clock_bound(clock), (expected), "the bound: " __VA_ARGS__);                                \
    } while (0)

#endif
