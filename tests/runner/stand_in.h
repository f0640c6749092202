/* stand_in.h - asks for the stand-ins (tests/support/core/stand_ins.c) before a test process starts. */
#ifndef RUNNER_STAND_IN_H
#define RUNNER_STAND_IN_H

#include <stdbool.h>

/* Makes the memory that the executor shares with the stand-ins, if the bank has any. Returns 0, or -1 with errno. */
int stand_in_open(void);

/* For the next test processes: the stand-ins are wanted or not. */
void stand_in_arm(bool wanted);

/* Could a stand-in have helped in a test process since then? */
bool stand_in_asked(void);

#endif
