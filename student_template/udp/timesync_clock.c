/* timesync_clock.c - a local clock: it runs on its own, makes up offsets, and knows how far it may be wrong.
 *
 * Spec: spec/udp.md, area CLOCK. Each function below is a stub: it compiles, does nothing and earns nothing.
 */
#include <errno.h>
#include <timeslice/timesync.h>

/* Starts a clock.
 *
 * - UDP-CLOCK-001: the time before the first synchronisation
 * - UDP-CLOCK-002: the options, their limits and defaults
 */
int timesync_clock_init(struct timesync_local_clock *clock, timesync_clock *raw, void *raw_ctx,
                        const struct timesync_clock_options *options) {
    (void)clock;
    (void)raw;
    (void)raw_ctx;
    (void)options;
    errno = ENOSYS;
    return -1;
}

/* The time that the clock shows.
 *
 * - UDP-CLOCK-003: how an offset is made up
 * - UDP-CLOCK-005: never backwards
 */
int64_t timesync_clock_now(void *clock) {
    (void)clock;
    return 0;
}

/* Corrects the clock.
 *
 * - UDP-CLOCK-004: a step
 * - UDP-CLOCK-006: a new offset before the old one is made up
 */
int timesync_clock_sync(struct timesync_local_clock *clock, const struct timesync_result *result) {
    (void)clock;
    (void)result;
    errno = ENOSYS;
    return -1;
}

/* How far the clock may be wrong.
 *
 * - UDP-CLOCK-007: right after a synchronisation
 * - UDP-CLOCK-008: as time goes by
 * - UDP-CLOCK-009: leaves nothing behind
 */
int64_t timesync_clock_bound(struct timesync_local_clock *clock) {
    (void)clock;
    return 0;
}
