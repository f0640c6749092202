/* coverage.h - keeps gcov's counters when a process dies. */
#ifndef RUNNER_COVERAGE_H
#define RUNNER_COVERAGE_H

/* In a test process, before the test: prepares for a crash. Does nothing if this build does not count. */
void coverage_arm(void);

/* In a process that is about to end: writes its counters, once. */
void coverage_save(void);

/* In the executor: the signal that makes a test write its counters and end. It is 0 if this build does not count. */
int coverage_last_words(void);

#endif
