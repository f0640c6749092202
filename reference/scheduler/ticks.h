/* ticks.h - calculations with ticks. If the result does not fit, the function returns false with errno ERANGE. */
#ifndef SCHEDULER_TICKS_H
#define SCHEDULER_TICKS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

/* SCH-MET-008 SCH-ERA-006 */
static inline bool ticks_add(int64_t a, int64_t b, int64_t *sum) {
    if (!__builtin_add_overflow(a, b, sum))
        return true;
    errno = ERANGE;
    return false;
}

static inline bool ticks_multiply(int64_t a, int64_t b, int64_t *product) {
    if (!__builtin_mul_overflow(a, b, product))
        return true;
    errno = ERANGE;
    return false;
}

#endif
