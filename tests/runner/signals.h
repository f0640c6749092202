/* signals.h - the runner's own signals: the end of a child, and people who want it to stop. */
#ifndef RUNNER_SIGNALS_H
#define RUNNER_SIGNALS_H

#include <stdbool.h>

/* Once, at the start: what the program inherited is set back, and what the runner waits for is blocked. */
void signals_prepare(void);

/* Waits until a child changes, or somebody wants the runner to stop, or so many seconds have passed. */
void signals_wait(double seconds);

/* Says that the run is to stop, for another reason than a signal. */
void signals_stop(void);

/* Whether somebody wants the runner to stop; looks for a signal that has come since. */
bool signals_stopped(void);

/* Seconds on a clock that nobody sets. */
double signals_now(void);

#endif
