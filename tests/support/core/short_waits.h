/* short_waits.h - tries thirty times that a wait is not too short, with a timeout of one millisecond.
 *
 * Code that rounds down does not wait at all then. A busy machine makes waits longer, but it does not hide the mistake
 * thirty times. Code may also end a longer wait a little early. For this a test makes a second call, with a timeout of
 * several milliseconds. */
#ifndef SUPPORT_CORE_SHORT_WAITS_H
#define SUPPORT_CORE_SHORT_WAITS_H

#include <stdbool.h>

#include "expect.h"

enum { SHORT_WAITS = 30 };

/* Makes one call with a timeout of timeout_ms milliseconds. Returns whether it timed out. */
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
