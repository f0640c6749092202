/* repeat.c - tests of @lab@_repeat. */
#include <stdlib.h>
#include <timeslice/@lab@.h>

#include "support/core/expect.h"

/* Calls it, compares, and releases what it returned. */
static void expect_repeated(const char *text, size_t times, const char *expected) {
    char *repeated = @lab@_repeat(text, times);
    expect_true(repeated != NULL, "@lab@_repeat(\"%s\", %zu) returns a text", text, times);
    expect_text(repeated, expected, "\"%s\" repeated %zu times", text, times);
    free(repeated);
}

Test(@lab@_repeat, repeats_a_text, .timeout = 5,
     .description = "@PREFIX@-TEXT-001: three times, once, not at all, and an empty text") {
    expect_repeated("ab", 3, "ababab");
    expect_repeated("ab", 1, "ab");
    expect_repeated("ab", 0, "");
    expect_repeated("", 5, "");
}

Test(@lab@_repeat, leaves_no_memory_behind, .timeout = 5, .description = "@PREFIX@-TEXT-002: ten calls in a row") {
    for (size_t i = 0; i < 10; i++) {
        char *repeated = @lab@_repeat("abc", i);
        expect_true(repeated != NULL, "@lab@_repeat(\"abc\", %zu) returns a text", i);
        free(repeated);
    }
}
