/* short_waits.c - makes the calls and keeps the shortest time. */
#include "short_waits.h"

#include "stopwatch.h"

struct short_waits make_short_waits(short_wait *wait, void *ctx, int timeout_ms) {
    struct short_waits waits = {.timed_out = 0};
    step("thirty calls with a timeout of %d ms", timeout_ms);
    for (int i = 0; i < SHORT_WAITS; i++) {
        double start = stopwatch_ms();
        waits.timed_out += wait(ctx, timeout_ms);
        double took_ms = stopwatch_ms() - start;
        if (i == 0 || took_ms < waits.shortest_ms)
            waits.shortest_ms = took_ms;
    }
    return waits;
}
