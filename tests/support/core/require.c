/* require.c - fails an assertion in the test's own thread. In another thread Criterion cannot unwind, so it aborts. */
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
