/* output.h - what a test prints, up to a limit. */
#ifndef RUNNER_OUTPUT_H
#define RUNNER_OUTPUT_H

#include "text.h"

/* In the runner, before each fork: an empty file for the test's output. Returns its descriptor, or -1 with errno. */
int output_open(void);

/* In a test process: standard output and standard error go to fd from here on, line by line. */
void output_capture(int fd);

/* In the runner, when the test is dead: adds what was printed to text, and closes fd. */
void output_take(int fd, struct text *text);

#endif
