#include "clock.h"

#include <limits.h>
#include <time.h>

/* Rounded up: a deadline made of it is never early by a fraction of a millisecond. */
int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + (t.tv_nsec + 999999) / 1000000;
}

int ms_until(int64_t deadline) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t left = deadline - ((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000);
    if (left < 0) {
        return 0;
    }
    return left > INT_MAX ? INT_MAX : (int)left;
}
