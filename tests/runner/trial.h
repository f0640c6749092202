/* trial.h - runs one test, in a process for each of its parameters, and finds its result. */
#ifndef RUNNER_TRIAL_H
#define RUNNER_TRIAL_H

#include "options.h"
#include "result.h"

/* Once, before the first test. Returns 0, or -1 with errno. */
int trial_prepare(void);

/* Runs the test. False: the run was stopped in the middle of it, and there is no result. */
bool trial_run(const struct bank_test *test, const struct options *options, struct result *result);

/* Runs the negative twin of a test that passed: its assertion with this number, from 1, does not hold. With an honest
 * submission a twin never passes. */
bool trial_twin(const struct bank_test *test, const struct options *options, unsigned long assertion,
                struct result *result);

#endif
