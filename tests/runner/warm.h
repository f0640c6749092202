/* warm.h - a lane under Valgrind does what tests do, before it forks the first one. */
#ifndef RUNNER_WARM_H
#define RUNNER_WARM_H

/* In a lane, before its first test. Does nothing without Valgrind. */
void warm_up(void);

#endif
