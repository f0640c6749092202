/* baseline.h - the number of assertions of each test on the reference. */
#ifndef RUNNER_BASELINE_H
#define RUNNER_BASELINE_H

#include "bank.h"

#include <stddef.h>

/* Reads a file of lines "suite/test N" into the bank. Returns 0. On an error it returns -1, and problem has one line
 * for people. */
int baseline_read(struct bank *bank, const char *path, char *problem, size_t room);

#endif
