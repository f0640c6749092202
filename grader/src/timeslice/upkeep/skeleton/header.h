/* @lab@.h - the lab @lab@. The clauses are in spec/@lab@.md. */
#ifndef TIMESLICE_@GUARD@_H
#define TIMESLICE_@GUARD@_H

#include <stddef.h>

/* Returns `text` repeated `times` times, which the caller releases with free. Returns NULL with errno ENOMEM if memory
 * is short. */
char *@lab@_repeat(const char *text, size_t times);

#endif
