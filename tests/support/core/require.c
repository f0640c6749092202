/* require.c - a failed assertion in the test's own thread; in another, where Criterion cannot unwind, an abort. */
#include "require.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void require_failed(const char *what) {
    if (gettid() == getpid())
        cr_assert_fail("the kit could not %s: %s", what, strerror(errno));
    fprintf(stderr, "the kit could not %s: %s\n", what, strerror(errno));
    abort();
}
