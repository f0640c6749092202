/* narration.h - what the test did so far, told a line at a time for whoever reads its failure. */
#ifndef SUPPORT_CORE_NARRATION_H
#define SUPPORT_CORE_NARRATION_H

#include <stdbool.h>

#define NARRATION_BYTES 8192

/* NARRATION_BYTES of text, a step a line, NUL-terminated. The executor points it at shared memory before each test, so
 * that the steps survive a crash. */
extern char *narration_page;

/* Adds a step. Any thread may call it. Where the page is full the oldest steps make room. */
void step(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, begun with the time since the test's first step: "  12.4 ms  ". It never goes back from step to step. */
void timed_step(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether somebody else shows the page (the executor does, plain Criterion does not). */
bool narration_is_shown_elsewhere(void);

#endif
