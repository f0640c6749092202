/* baseline.h - how many assertions each test makes on the reference. */
#ifndef RUNNER_BASELINE_H
#define RUNNER_BASELINE_H

#include "bank.h"
#include "result.h"
#include "text.h"

#include <stddef.h>

/* Reads a file of lines "suite/test N" into the bank. Returns 0; or -1 with one line for people in problem. */
int baseline_read(struct bank *bank, const char *path, char *problem, size_t room);

/* Adds the line of one result. */
void baseline_add(struct text *text, const struct result *result);

/* Puts text in the place of the file at once. Returns 0; or -1 with one line for people in problem. */
int baseline_write(const char *path, const struct text *text, char *problem, size_t room);

#endif
