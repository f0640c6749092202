/* baseline.h - how many assertions each test makes on the reference. */
#ifndef RUNNER_BASELINE_H
#define RUNNER_BASELINE_H

#include "bank.h"

#include <stddef.h>

/* Reads a file of lines "suite/test N" into the bank. Returns 0; or -1 with one line for people in problem. */
int baseline_read(struct bank *bank, const char *path, char *problem, size_t room);

#endif
