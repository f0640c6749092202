#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that nobody can set. */
int64_t now_ms(void);

/* What poll wants to hear so that it waits until deadline and not less. */
int ms_until(int64_t deadline);

#endif
