/* output.h - what a test prints, up to a limit. */
#ifndef RUNNER_OUTPUT_H
#define RUNNER_OUTPUT_H

#include "text.h"

/* In the executor, before each fork: an empty file for the output of the test. Returns its descriptor, or -1 with
 * errno. */
int output_open(void);

/* In a test process: standard output and standard error go to fd from here on, line by line. */
void output_capture(int fd);

/* In the executor, when the test is dead: adds the output to text, and closes fd. */
void output_take(int fd, struct text *text);

#endif
