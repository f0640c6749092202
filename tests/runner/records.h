/* records.h - results as lines of JSON, for programs. */
#ifndef RUNNER_RECORDS_H
#define RUNNER_RECORDS_H

#include "bank.h"
#include "options.h"
#include "result.h"
#include "text.h"

#include <stddef.h>

/* Each adds one line to text. */
void records_listed(struct text *text, const struct bank_test *test);
void records_start(struct text *text, const struct options *options, size_t tests);
void records_test(struct text *text, const struct result *result);
void records_end(struct text *text, size_t tests, size_t passed);

/* The end of a negative twin. */
void records_twin(struct text *text, const struct result *result);

#endif
