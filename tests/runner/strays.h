/* strays.h - finds and ends the processes that a test left behind. */
#ifndef RUNNER_STRAYS_H
#define RUNNER_STRAYS_H

#include "result.h"

#include <stddef.h>

/* Once, at the start: orphans of the tests become children of the executor. */
void strays_adopt(void);

/* When a test process has been reaped: gives its strays this many seconds to end, then ends them. Puts the strays that
 * it had to end into found, which has room for `most` of them. Returns how many there were. Returns -1 if one of them
 * does not die. */
int strays_end(struct stray *found, size_t most, double grace);

#endif
