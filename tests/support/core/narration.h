/* narration.h - the steps of a test, one line each. A failure shows them to the reader. */
#ifndef SUPPORT_CORE_NARRATION_H
#define SUPPORT_CORE_NARRATION_H

#include <stdbool.h>

#define NARRATION_BYTES 8192

/* The page: NARRATION_BYTES of text that ends in a NUL, one step a line. The executor lets it point to shared memory
 * before each test, so the steps survive a crash. */
extern char *narration_page;

/* Adds a step. Any thread may call it. If the page is full, the oldest steps are removed. */
void step(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, but the line begins with the time since the test's first step: "  12.4 ms  ". This time never decreases. */
void timed_step(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether other code shows the page. With the executor it is true, with plain Criterion false. */
bool narration_is_shown_elsewhere(void);

#endif
