/* strays.h - finds and ends the processes that a test left behind. */
#ifndef RUNNER_STRAYS_H
#define RUNNER_STRAYS_H

#include "result.h"

#include <stddef.h>

/* Once, at the start: orphans of the tests become the runner's children. */
void strays_adopt(void);

/* When a test process has been reaped: gives what it left so many seconds to end by itself, then ends it. Puts up to
 * most of those that had to be ended into found and returns how many there were; -1 where one of them will not die. */
int strays_end(struct stray *found, size_t most, double grace);

#endif
