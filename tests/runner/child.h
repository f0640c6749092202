/* child.h - the test process, from its birth to its end. */
#ifndef RUNNER_CHILD_H
#define RUNNER_CHILD_H

#include "bank.h"
#include "options.h"

#include <sys/types.h>

struct child {
    const struct bank_test *test;
    size_t parameter; /* of a test that has parameters: which one, from 0 */
    enum mode mode;
    pid_t runner;
    int output;  /* descriptor for what it prints */
    int records; /* the runner's, which it must not keep; or -1 */
};

/* Whether the test is run once for each of its parameters. */
bool child_has_parameters(const struct bank_test *test);

/* In the new process: runs the test and ends. */
_Noreturn void child_run(const struct child *child);

/* In a lane under Valgrind: the life of a test process, with body for its test and without the fence (warm.c). The lane
 * becomes a session of its own, and its standard input and output lead nowhere from then on. */
void child_rehearse(void (*body)(void));

#endif
