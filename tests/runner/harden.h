/* harden.h - keeps the code under test away from the executor. */
#ifndef RUNNER_HARDEN_H
#define RUNNER_HARDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* In an executor process, once: no other process may read or trace it. Makes the filter of its tests, which protects
 * all executor processes. With tracing, ptrace stays allowed for the tests, because LeakSanitizer needs it. */
void harden_runner(bool tracing, const pid_t *runners, size_t count);

/* In a test process: from here on, the process and what it starts cannot touch the executor. Returns 0, or -1 with
 * errno. */
int harden_test(void);

#endif
