/* people.h - results for people at a terminal. */
#ifndef RUNNER_PEOPLE_H
#define RUNNER_PEOPLE_H

#include "options.h"
#include "result.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>

/* Each adds to text. colour: whether escape sequences are allowed. */
void people_test(struct text *text, const struct result *result, const struct options *options, bool colour);
void people_end(struct text *text, size_t tests, size_t passed, bool colour);

#endif
