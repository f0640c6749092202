/* timesync_clock.c - the clock is the raw clock and a correction. The correction moves towards its aim.
 *
 * Numbers of 128 bits hold every product. shown_then is the correction at the last synchronisation, left_then its aim.
 */
#include <errno.h>
#include <stdbool.h>
#include <timeslice/timesync.h>

__extension__ typedef __int128 wide;

/* A fraction as a whole number, rounded up. Neither of the two is negative. */
static int64_t ceiling(wide upper, wide lower) {
    return (int64_t)((upper + lower - 1) / lower);
}

static wide distance_of(int64_t a, int64_t b) {
    return a < b ? (wide)b - a : (wide)a - b;
}

static wide run(struct timesync_local_clock *clock) {
    int64_t now = clock->raw(clock->raw_ctx);
    clock->raw_highest = now < clock->raw_highest ? clock->raw_highest : now;
    return (wide)clock->raw_highest - clock->raw_then;
}

static int64_t correction(const struct timesync_local_clock *clock, wide since) {
    wide reach = since * clock->options.slew_ppm / 1000000;
    if (reach >= distance_of(clock->shown_then, clock->left_then))
        return clock->left_then;
    return (int64_t)(clock->left_then > clock->shown_then ? clock->shown_then + reach : clock->shown_then - reach);
}

static bool within(int64_t number, int64_t most) {
    return number >= 0 && number <= most;
}

static int64_t either(int64_t number, int64_t otherwise) {
    return number != 0 ? number : otherwise;
}

int timesync_clock_init(struct timesync_local_clock *clock, timesync_clock *raw, void *raw_ctx,
                        const struct timesync_clock_options *options) {
    static const struct timesync_clock_options none;
    if (options == NULL)
        options = &none;
    if (!within(options->step, INT64_MAX) || !within(options->slew_ppm, 100000) || !within(options->drift_ppm, 1000))
        return errno = EINVAL, -1;
    struct timesync_clock_options copy = {.step = either(options->step, 128 * 1000 * 1000),
                                          .slew_ppm = either(options->slew_ppm, 500),
                                          .drift_ppm = either(options->drift_ppm, 15)};
    clock->options = copy;
    clock->raw = raw;
    clock->raw_ctx = raw_ctx;
    clock->raw_then = clock->raw_highest = raw(raw_ctx);
    clock->shown_then = clock->left_then = 0;
    clock->spare[0] = false; /* whether a server has ever answered */
    return 0;
}

int64_t timesync_clock_now(void *ctx) {
    struct timesync_local_clock *clock = ctx;
    wide since = run(clock);
    return clock->raw_highest + correction(clock, since);
}

int timesync_clock_sync(struct timesync_local_clock *clock, const struct timesync_result *result) {
    const struct timesync_packet *reply = &result->reply;
    clock->shown_then = correction(clock, run(clock));
    clock->raw_then = clock->raw_highest;
    clock->left_then = clock->shown_then + result->offset;
    clock->bound_then = ceiling(result->delay > 0 ? result->delay : 0, 2);
    clock->bound_then += ceiling((wide)reply->root_delay * 1000000000, 1 << 17);
    clock->bound_then += ceiling((wide)reply->root_dispersion * 1000000000, 1 << 16);
    clock->spare[0] = true;
    if (result->offset < clock->options.step)
        return 0;
    clock->shown_then = clock->left_then;
    return 1;
}

int64_t timesync_clock_bound(struct timesync_local_clock *clock) {
    if (!clock->spare[0])
        return INT64_MAX;
    wide since = run(clock);
    int64_t drift = ceiling(since * clock->options.drift_ppm, 1000000);
    return (int64_t)(clock->bound_then + drift + distance_of(correction(clock, since), clock->left_then));
}
