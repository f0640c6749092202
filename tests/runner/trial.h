/* trial.h - runs one test, in a process for each of its parameters, and finds out what became of it. */
#ifndef RUNNER_TRIAL_H
#define RUNNER_TRIAL_H

#include "options.h"
#include "result.h"

/* Once, before the first test. Returns 0, or -1 with errno. */
int trial_prepare(void);

/* Runs the test. False where the run was stopped in the middle of it: there is no result then. */
bool trial_run(const struct bank_test *test, const struct options *options, struct result *result);

#endif
