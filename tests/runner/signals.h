/* signals.h - the signals of the executor: the end of a child, and people who want it to stop. */
#ifndef RUNNER_SIGNALS_H
#define RUNNER_SIGNALS_H

#include <stdbool.h>

/* Once, at the start: resets what the program inherited, and blocks the signals that the executor waits for. */
void signals_prepare(void);

/* Waits until a child changes, or somebody wants the executor to stop, or this many seconds have passed. */
void signals_wait(double seconds);

/* The same, and also returns when this descriptor is readable. With -1 there is none. */
void signals_wait_or_read(double seconds, int fd);

/* In a process that was forked: closes what belongs to its parent. */
void signals_forget(void);

/* Says that the run must stop, for a reason that is not a signal. */
void signals_stop(void);

/* Whether somebody wants the executor to stop. Also looks for a new signal. */
bool signals_stopped(void);

/* Seconds, on a clock that nobody sets. */
double signals_now(void);

#endif
