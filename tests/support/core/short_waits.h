/* short_waits.h - a wait that must not be short is tried thirty times, with a millisecond.
 *
 * Whoever rounds down does not wait at all then, and a busy machine, which makes every wait longer, would have to hide
 * that thirty times. A wait of several milliseconds that is a little short needs a second round with more of them. */
#ifndef SUPPORT_CORE_SHORT_WAITS_H
#define SUPPORT_CORE_SHORT_WAITS_H

#include <stdbool.h>

#include "expect.h"

enum { SHORT_WAITS = 30 };

/* Makes one call with a timeout of so many milliseconds. Returns whether it timed out. */
typedef bool short_wait(void *ctx, int timeout_ms);

/* Makes the calls. Each must time out, and none may take less than least_ms. */
#define expect_short_waits(wait, ctx, timeout_ms, least_ms)                                                            \
    do {                                                                                                               \
        struct short_waits waits_ = make_short_waits((wait), (ctx), (timeout_ms));                                     \
        expect_int(waits_.timed_out, SHORT_WAITS, "how many of thirty calls with %d ms timed out", (timeout_ms));      \
        expect_at_least(waits_.shortest_ms, (least_ms), "how long the shortest of them waited");                       \
    } while (0)

struct short_waits {
    int timed_out;
    double shortest_ms;
};

struct short_waits make_short_waits(short_wait *wait, void *ctx, int timeout_ms);

#endif
