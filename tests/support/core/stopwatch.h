/* stopwatch.h - measures how long something took. Use it for lower bounds only. */
#ifndef SUPPORT_CORE_STOPWATCH_H
#define SUPPORT_CORE_STOPWATCH_H

#include <time.h>

/* The monotonic clock, in milliseconds. */
static inline double stopwatch_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

#endif
