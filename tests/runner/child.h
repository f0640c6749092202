/* child.h - the test process, from its start to its end. */
#ifndef RUNNER_CHILD_H
#define RUNNER_CHILD_H

#include "bank.h"
#include "options.h"

#include <sys/types.h>

struct child {
    const struct bank_test *test;
    size_t parameter; /* of a test with parameters: which one, from 0 */
    enum mode mode;
    pid_t runner;
    int output;  /* descriptor for what it prints */
    int records; /* the executor's, which it must not keep; or -1 */
};

/* Whether the test runs once for each of its parameters. */
bool child_has_parameters(const struct bank_test *test);

/* In the new process: runs the test and ends. */
_Noreturn void child_run(const struct child *child);

/* In a lane under Valgrind: lives the life of a test process, without the fence, and calls body as its test (warm.c).
 * After that the lane is a session, and its standard input and output go nowhere. */
void child_rehearse(void (*body)(void));

#endif
