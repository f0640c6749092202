/* timesync_clock.c - all numbers in 64 bits: a length of time is cut into millions and a rest before it is multiplied.
 *
 * After a correction the clock has a base: what the raw clock showed, what this clock showed, and what it had to make
 * up. The sign of the offset is kept apart, in spare[0]: 1 or -1. spare[1] says whether there was a synchronisation. */
#include <errno.h>
#include <timeslice/timesync.h>

enum { MILLION = 1000000, MS = 1000000 };

/* ticks * ppm / 1000000, rounded down, or up if up is MILLION - 1. */
static uint64_t share(uint64_t ticks, int64_t ppm, uint64_t up) {
    uint64_t rate = (uint64_t)ppm;
    return ticks / MILLION * rate + (ticks % MILLION * rate + up) / MILLION;
}

static uint64_t advance(struct timesync_local_clock *c) {
    int64_t now = c->raw(c->raw_ctx);
    if (now > c->raw_highest)
        c->raw_highest = now;
    return (uint64_t)c->raw_highest - (uint64_t)c->raw_then;
}

/* How much of the offset is made up when the raw clock has advanced so far. */
static uint64_t made_up(const struct timesync_local_clock *c, uint64_t advanced) {
    uint64_t done = share(advanced, c->options.slew_ppm, 0), all = (uint64_t)c->left_then;
    return done < all ? done : all;
}

static int64_t or_default(int64_t option, int64_t otherwise) {
    return option == 0 ? otherwise : option;
}

static int in_limits(int64_t option, int64_t least, int64_t most) {
    return least <= option && option <= most;
}

int timesync_clock_init(struct timesync_local_clock *clock, timesync_clock *raw, void *raw_ctx,
                        const struct timesync_clock_options *options) {
    static const struct timesync_clock_options defaults;
    const struct timesync_clock_options *o = options ? options : &defaults;
    int64_t step = or_default(o->step, 128 * MS), slew = or_default(o->slew_ppm, 500);
    int64_t drift = or_default(o->drift_ppm, 15);
    if (!in_limits(step, 1, INT64_MAX) || !in_limits(slew, 1, 100000) || !in_limits(drift, 1, 1000)) {
        errno = EINVAL;
        return -1;
    }
    int64_t first = raw(raw_ctx);
    *clock = (struct timesync_local_clock){
        .raw = raw,
        .raw_ctx = raw_ctx,
        .options = {.step = step, .slew_ppm = slew, .drift_ppm = drift},
        .raw_highest = first,
        .raw_then = first,
        .shown_then = first,
    };
    return 0;
}

int64_t timesync_clock_now(void *clock) {
    struct timesync_local_clock *c = clock;
    uint64_t advanced = advance(c), corrected = made_up(c, advanced);
    int64_t shown = c->shown_then + (int64_t)advanced;
    return c->spare[0] < 0 ? shown - (int64_t)corrected : shown + (int64_t)corrected;
}

/* number / 2^bits, rounded up */
static int64_t shifted(uint64_t number, int bits) {
    return (int64_t)(number >> bits) + ((number & ((UINT64_C(1) << bits) - 1)) != 0);
}

int timesync_clock_sync(struct timesync_local_clock *clock, const struct timesync_result *result) {
    int is_step = result->offset >= clock->options.step;
    clock->shown_then = timesync_clock_now(clock);
    clock->raw_then = clock->raw_highest;
    clock->left_then = 0;
    clock->spare[0] = result->offset < 0 ? -1 : 1;
    clock->spare[1] = 1;
    if (is_step)
        clock->shown_then += result->offset;
    else
        clock->left_then = result->offset < 0 ? -result->offset : result->offset;
    clock->bound_then = shifted((uint64_t)result->reply.root_delay * 1000000000, 17);
    clock->bound_then += shifted((uint64_t)result->reply.root_dispersion * 1000000000, 16);
    if (result->delay > 0)
        clock->bound_then += shifted((uint64_t)result->delay, 1);
    return is_step;
}

int64_t timesync_clock_bound(struct timesync_local_clock *clock) {
    if (!clock->spare[1])
        return INT64_MAX;
    uint64_t advanced = advance(clock), drift = share(advanced, clock->options.drift_ppm, MILLION - 1);
    return clock->bound_then + clock->left_then - (int64_t)made_up(clock, advanced) + (int64_t)drift;
}
