/* unfinished.c - part of the bank of `make check`: says how to run a test again that crashed or ran out of time.
 *
 * Such a test has no message, so the command stands beside Criterion's own words. */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>

#include "support/core/replay.h"

static void say_how(const struct criterion_test_stats *stats) {
    static char text[REPLAY_BYTES];
    replay_text(text, sizeof text, stats->test->category, stats->test->name);
    fprintf(stderr, "[----] %s\n", text);
}

ReportHook(TEST_CRASH)(struct criterion_test_stats *stats) {
    say_how(stats);
}

ReportHook(POST_FINI)(struct criterion_test_stats *stats) {
    if (stats->timed_out)
        say_how(stats);
}
