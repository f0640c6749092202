/* timesync_clock.c - knows when its slew will end. One look at the raw clock tells everything. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <timeslice/timesync.h>

/* What one look finds. */
struct look {
    int64_t time, missing, age;
};

/* ppm millionths of a time. *more says whether a part of a nanosecond was cut. */
static int64_t share(int64_t time, int64_t ppm, int *more) {
    imaxdiv_t mega = imaxdiv(time, 1000000), rest = imaxdiv(mega.rem * ppm, 1000000);
    *more = rest.rem > 0;
    return mega.quot * ppm + rest.quot;
}

/* How long it takes to make this offset up. spare[0] holds it. A time that does not fit is for ever. */
static int64_t end_of_slew(int64_t offset, int64_t ppm) {
    imaxdiv_t parts = imaxdiv(imaxabs(offset), ppm);
    int64_t end;
    if (__builtin_mul_overflow(parts.quot, 1000000, &end))
        return INT64_MAX;
    if (__builtin_add_overflow(end, (parts.rem * 1000000 + ppm - 1) / ppm, &end))
        return INT64_MAX;
    return end;
}

static struct look look_at(struct timesync_local_clock *c) {
    struct look look = {0};
    int64_t raw = c->raw(c->raw_ctx), made = c->left_then;
    int cut;
    if (raw > c->raw_highest)
        c->raw_highest = raw;
    look.age = c->raw_highest - c->raw_then;
    if (look.age < c->spare[0]) {
        made = share(look.age, c->options.slew_ppm, &cut);
        if (c->left_then < 0)
            made = -made;
    }
    look.missing = c->left_then - made;
    look.time = c->shown_then + look.age + made;
    return look;
}

static int bad(int64_t *option, int64_t high, int64_t standard) {
    *option = *option == 0 ? standard : *option;
    return *option < 1 || *option > high;
}

int timesync_clock_init(struct timesync_local_clock *clock, timesync_clock *raw, void *raw_ctx,
                        const struct timesync_clock_options *options) {
    struct timesync_local_clock fresh = {.raw = raw, .raw_ctx = raw_ctx, .bound_then = INT64_MIN};
    if (options)
        fresh.options = *options;
    int wrong = bad(&fresh.options.step, INT64_MAX, 128000000);
    wrong |= bad(&fresh.options.slew_ppm, 100000, 500);
    wrong |= bad(&fresh.options.drift_ppm, 1000, 15);
    if (wrong)
        return errno = EINVAL, -1;
    fresh.raw_then = fresh.raw_highest = fresh.shown_then = raw(raw_ctx);
    *clock = fresh;
    return 0;
}

int64_t timesync_clock_now(void *clock) {
    return look_at(clock).time;
}

int timesync_clock_sync(struct timesync_local_clock *clock, const struct timesync_result *result) {
    struct look look = look_at(clock);
    int64_t offset = result->offset;
    int far = offset >= clock->options.step;
    clock->raw_then = clock->raw_highest;
    clock->shown_then = far ? look.time + offset : look.time;
    clock->left_then = far ? 0 : offset;
    clock->spare[0] = end_of_slew(clock->left_then, clock->options.slew_ppm);
    uint64_t root = result->reply.root_delay * UINT64_C(1953125);            /* 10^9 / 2^17 is 1953125 / 2^8 */
    uint64_t dispersion = result->reply.root_dispersion * UINT64_C(1953125); /* 10^9 / 2^16 is 1953125 / 2^7 */
    int64_t half = result->delay < 0 ? 0 : result->delay - result->delay / 2;
    clock->bound_then = half + (int64_t)(root / 256 + (root % 256 > 0)) + (int64_t)(dispersion / 128);
    clock->bound_then += dispersion % 128 > 0;
    return far;
}

int64_t timesync_clock_bound(struct timesync_local_clock *clock) {
    struct look look = look_at(clock);
    if (clock->bound_then == INT64_MIN)
        return INT64_MAX;
    int more;
    int64_t drift = share(look.age, clock->options.drift_ppm, &more);
    return clock->bound_then + drift + more + imaxabs(look.missing);
}
