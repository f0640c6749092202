/* coverage.h - gcov's counters survive the deaths that students cause. */
#ifndef RUNNER_COVERAGE_H
#define RUNNER_COVERAGE_H

/* In a test process, before the test: prepares for its crash. Nothing where this build does not count. */
void coverage_arm(void);

/* In a process that is about to end: writes its counters, once. */
void coverage_save(void);

/* In the runner: the signal that makes a test write its counters and end, or 0 where this build does not count. */
int coverage_last_words(void);

#endif
