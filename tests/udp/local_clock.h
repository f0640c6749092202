/* local_clock.h - a local clock over a raw clock that the test turns by hand, for the tests of area CLOCK. */
#ifndef UDP_LOCAL_CLOCK_H
#define UDP_LOCAL_CLOCK_H

#include <inttypes.h>
#include <timeslice/timesync.h>

#include "support/core/expect.h"
#include "support/net/ntp.h"

#define NS_PER_HOUR (3600 * NS_PER_SECOND)
#define NS_PER_YEAR (365 * 24 * NS_PER_HOUR)

/* A local clock, and what its raw clock shows. */
struct bench {
    int64_t raw;
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

/* Starts a clock whose raw clock shows this time. Only one test asks what timesync_clock_init returns. */
static inline void start(struct bench *bench, int64_t raw, const struct timesync_clock_options *options) {
    *bench = (struct bench){0};
    turn(bench, raw);
    step("timesync_clock_init(&clock, raw, raw_ctx, options)");
    timesync_clock_init(&bench->clock, read_raw, bench, options);
}

/* Corrects the clock by an answer that has this offset and nothing else. Returns what timesync_clock_sync returns. */
static inline int sync_by(struct bench *bench, int64_t offset) {
    step("timesync_clock_sync with an offset of %" PRId64 " ns", offset);
    return timesync_clock_sync(&bench->clock, &(struct timesync_result){.offset = offset});
}

/* Turns the raw clock. Then the local clock must show this time. */
#define expect_shown(bench, turned_to, expected, ...)                                                                  \
    do {                                                                                                               \
        struct timesync_local_clock *clock = &(bench)->clock;                                                          \
        turn((bench), (turned_to));                                                                                    \
        expect_int(timesync_clock_now(clock), (expected), "the time: " __VA_ARGS__);                                   \
    } while (0)

/* Turns the raw clock. Then the bound must be this one. */
#define expect_bound(bench, turned_to, expected, ...)                                                                  \
    do {                                                                                                               \
        struct timesync_local_clock *clock = &(bench)->clock;                                                          \
        turn((bench), (turned_to));                                                                                    \
        expect_int(timesync_clock_bound(clock), (expected), "the bound: " __VA_ARGS__);                                \
    } while (0)

#endif
