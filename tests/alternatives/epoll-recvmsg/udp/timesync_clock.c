/* timesync_clock.c - moves on at each reading. What is less than a nanosecond is carried to the next reading. */
#include <errno.h>
#include <timeslice/timesync.h>

/* The places in spare. */
enum { SLEW_CARRY, DRIFT_CARRY, DRIFT };

/* Adds step * ppm to a number of whole nanoseconds and a carry in millionths. */
static int64_t accumulate(int64_t step, int64_t ppm, int64_t *carry) {
    int64_t parts = step % 1000000 * ppm + *carry;
    *carry = parts % 1000000;
    return step / 1000000 * ppm + parts / 1000000;
}

/* Brings the clock from the last reading of its raw clock to this one. */
static void move_on(struct timesync_local_clock *c) {
    int64_t raw = c->raw(c->raw_ctx), step = raw - c->raw_highest;
    if (step <= 0)
        return;
    c->raw_highest = raw;
    int64_t room = accumulate(step, c->options.slew_ppm, &c->spare[SLEW_CARRY]);
    c->spare[DRIFT] += accumulate(step, c->options.drift_ppm, &c->spare[DRIFT_CARRY]);
    int64_t part = c->left_then;
    if (part > room)
        part = room;
    if (part < -room)
        part = -room;
    c->left_then -= part;
    c->shown_then += step + part;
}

int timesync_clock_init(struct timesync_local_clock *clock, timesync_clock *raw, void *raw_ctx,
                        const struct timesync_clock_options *options) {
    static const int64_t defaults[] = {128000000, 500, 15}, limits[] = {INT64_MAX, 100000, 1000};
    int64_t chosen[3] = {0};
    if (options) {
        chosen[0] = options->step;
        chosen[1] = options->slew_ppm;
        chosen[2] = options->drift_ppm;
    }
    for (int i = 0; i < 3; i++) {
        if (chosen[i] < 0 || chosen[i] > limits[i]) {
            errno = EINVAL;
            return -1;
        }
        if (!chosen[i])
            chosen[i] = defaults[i];
    }
    *clock = (struct timesync_local_clock){raw, raw_ctx, {chosen[0], chosen[1], chosen[2]}, .bound_then = -1};
    clock->shown_then = clock->raw_highest = raw(raw_ctx);
    return 0;
}

int64_t timesync_clock_now(void *clock) {
    move_on(clock);
    return ((struct timesync_local_clock *)clock)->shown_then;
}

/* A number of 2^-16 s, in 2^-16 ns. */
static uint64_t fine(uint32_t units) {
    return units * UINT64_C(1000000000);
}

int timesync_clock_sync(struct timesync_local_clock *clock, const struct timesync_result *result) {
    move_on(clock);
    int stepped = result->offset > 0 && result->offset >= clock->options.step;
    clock->left_then = result->offset;
    if (stepped) {
        clock->shown_then += clock->left_then;
        clock->left_then = 0;
    }
    clock->spare[SLEW_CARRY] = clock->spare[DRIFT_CARRY] = clock->spare[DRIFT] = 0;
    uint64_t there = result->delay < 0 ? 0 : (uint64_t)result->delay;
    clock->bound_then = (int64_t)((there + 1) >> 1) + (int64_t)((fine(result->reply.root_delay) + 0x1ffff) >> 17) +
                        (int64_t)((fine(result->reply.root_dispersion) + 0xffff) >> 16);
    return stepped;
}

int64_t timesync_clock_bound(struct timesync_local_clock *clock) {
    move_on(clock);
    if (clock->bound_then < 0)
        return INT64_MAX;
    int64_t left = clock->left_then < 0 ? -clock->left_then : clock->left_then;
    return clock->bound_then + left + clock->spare[DRIFT] + (clock->spare[DRIFT_CARRY] > 0);
}
