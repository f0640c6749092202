/* timesync_clock.c - a local clock: it runs on its own, makes up offsets, and knows how far it may be wrong.
 *
 * Theory of operation: the clock remembers its last synchronisation. It knows what the raw clock showed then, what this
 * clock showed, and which offset was to make up. Everything else follows from how far the raw clock has gone since. So
 * it does not matter how often anybody reads the clock, and no rounding errors add up. A clock is a struct of the
 * caller and owns nothing else (UDP-CLOCK-009).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <timeslice/timesync.h>

#define MILLION INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)

enum { STEP_MS = 128, SLEW_PPM = 500, SLEW_PPM_MAX = 100000, DRIFT_PPM = 15, DRIFT_PPM_MAX = 1000 };

/* Gives an option that is 0 its default. Returns false if it is not between 1 and most. */
static bool settle(int64_t *option, int64_t usual, int64_t most) {
    if (*option == 0)
        *option = usual;
    return *option >= 1 && *option <= most;
}

/* How far the raw clock has gone since the last synchronisation. UDP-CLOCK-005: a value that is not the highest so far
 * does not count. */
static int64_t elapsed(struct timesync_local_clock *clock) {
    int64_t raw = clock->raw(clock->raw_ctx);
    if (raw > clock->raw_highest)
        clock->raw_highest = raw;
    return clock->raw_highest - clock->raw_then;
}

/* span * ppm / 1,000,000, rounded down, or up if extra is 999,999. The product of a century would not fit. */
static int64_t millionths(int64_t span, int64_t ppm, int64_t extra) {
    return span / MILLION * ppm + (span % MILLION * ppm + extra) / MILLION;
}

/* What the clock has gained (or lost: negative) of its offset: UDP-CLOCK-003. */
static int64_t made_up(const struct timesync_local_clock *clock, int64_t span) {
    int64_t most = millionths(span, clock->options.slew_ppm, 0), offset = clock->left_then;
    if (llabs(offset) <= most)
        return offset;
    return offset < 0 ? -most : most;
}

int timesync_clock_init(struct timesync_local_clock *clock, timesync_clock *raw, void *raw_ctx,
                        const struct timesync_clock_options *options) {
    struct timesync_clock_options used = {0};
    if (options != NULL)
        used = *options;
    if (!settle(&used.step, STEP_MS * MILLION, INT64_MAX) || !settle(&used.slew_ppm, SLEW_PPM, SLEW_PPM_MAX) ||
        !settle(&used.drift_ppm, DRIFT_PPM, DRIFT_PPM_MAX)) {
        errno = EINVAL; /* UDP-CLOCK-002 */
        return -1;
    }
    int64_t now = raw(raw_ctx);
    *clock = (struct timesync_local_clock){.raw = raw,
                                           .raw_ctx = raw_ctx,
                                           .options = used,
                                           .raw_highest = now,
                                           .raw_then = now,
                                           .shown_then = now, /* UDP-CLOCK-001 */
                                           .bound_then = INT64_MAX};
    return 0;
}

int64_t timesync_clock_now(void *ctx) {
    struct timesync_local_clock *clock = ctx;
    int64_t span = elapsed(clock);
    return clock->shown_then + span + made_up(clock, span);
}

/* units * 2^-16 s in nanoseconds, divided by 1 or 2, and rounded up. */
static int64_t short_format(uint32_t units, int64_t divisor) {
    int64_t whole = divisor << 16;
    return (units * NS_PER_SECOND + whole - 1) / whole;
}

/* How wrong a server's answer may be: UDP-CLOCK-007. The packets may have needed the whole delay for one way. */
static int64_t distance(const struct timesync_result *result) {
    int64_t delay = result->delay > 0 ? result->delay : 0;
    return delay / 2 + delay % 2 + short_format(result->reply.root_delay, 2) +
           short_format(result->reply.root_dispersion, 1);
}

int timesync_clock_sync(struct timesync_local_clock *clock, const struct timesync_result *result) {
    bool step = result->offset >= clock->options.step; /* UDP-CLOCK-004 */
    clock->shown_then = timesync_clock_now(clock) + (step ? result->offset : 0);
    clock->raw_then = clock->raw_highest;
    clock->left_then = step ? 0 : result->offset; /* UDP-CLOCK-006 */
    clock->bound_then = distance(result);
    return step;
}

int64_t timesync_clock_bound(struct timesync_local_clock *clock) {
    if (clock->bound_then == INT64_MAX)
        return INT64_MAX;
    int64_t span = elapsed(clock), left = clock->left_then - made_up(clock, span);
    return clock->bound_then + llabs(left) +
           millionths(span, clock->options.drift_ppm, MILLION - 1); /* UDP-CLOCK-008 */
}
