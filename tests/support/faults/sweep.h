/* sweep.h - lets one call of the submission fail: the first one, then the second one, and so on.
 *
 * Theory of operation. Before the link, the names of some functions of libc are changed in the objects of the
 * submission: malloc becomes swept_malloc. These functions are the *gate* (sweep_gate.c). They count the calls, let one
 * of them fail, and pass all others on. The calls of the test itself do not come through the gate. Calls are counted
 * along the life of a process. A forked process goes on with the count of its parent.
 *
 * A test asks for a sweep in its declaration: `.data = SWEEP(SWEEP_MEMORY)`. The executor first runs it without a
 * failure, and counts. Then it runs it again for each call, and lets this call fail. The test passes if all of these
 * runs pass. A sweep of EINTR needs nothing else in the test: everything must be as without it. In the other sweeps the
 * function under test may fail, but only with the right error. So the test ends the sweep and says what came:
 *
 *     int fd = udp_bind("127.0.0.1", 0);
 *     expect_works_or_short(fd >= 0, "udp_bind");
 *     if (fd >= 0)
 *         close(fd);
 *
 * `bank --sweep KIND` sweeps any test. Plain libcriterion runs the test without a failure, or with the failure that
 * TIMESLICE_SWEEP names: TIMESLICE_SWEEP=3 lets the third call fail. */
#ifndef SUPPORT_FAULTS_SWEEP_H
#define SUPPORT_FAULTS_SWEEP_H

#include <errno.h>
#include <stdbool.h>

#include "support/core/expect.h"
#include "sweep_page.h"

/* For the data of a Test(). */
#define SWEEP(kind) ((void *)&(enum sweep_kind){kind})

/* Ends the sweep: from here on every call works and none is counted. Returns whether a call has failed, in this process
 * or in one that it has forked. Leaves errno as it is. */
bool sweep_end(void);

/* The name of this sweep's error, such as "ENOMEM". */
const char *sweep_error(void);

/* The name of an errno, or "no error". */
const char *error_name(int error);

/* Ends the sweep. Asserts that the call has worked. If a call of the submission failed, the call may also have failed,
 * with the error of the sweep. So errno must still be that of the call. What follows names it, as for printf. */
#define expect_works_or_short(works, ...)                                                                              \
    do {                                                                                                               \
        bool works_ = (works);                                                                                         \
        int error_ = errno;                                                                                            \
        bool short_ = sweep_end();                                                                                     \
        if (!works_ && short_)                                                                                         \
            expect_text(error_name(error_), sweep_error(), "the error of " __VA_ARGS__);                               \
        else                                                                                                           \
            expect_true(works_, __VA_ARGS__);                                                                          \
    } while (0)

#endif
