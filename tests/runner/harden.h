/* harden.h - keeps the code under test away from the runner. */
#ifndef RUNNER_HARDEN_H
#define RUNNER_HARDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* In a runner, once: nobody may look into it or trace it. The tests' filter is made, which keeps them away from these
 * runners; tracing leaves ptrace allowed to them, which LeakSanitizer needs. */
void harden_runner(bool tracing, const pid_t *runners, size_t count);

/* In a test process: from here on, it and what it starts cannot touch the runner. Returns 0, or -1 with errno. */
int harden_test(void);

#endif
