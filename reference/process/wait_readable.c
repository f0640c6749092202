/* wait_readable.c - waits for one descriptor, on the monotonic clock. A new date does not move this clock.
 *
 * PROC-FAULT-001: the end of the wait is computed once. After a signal only the rest is waited. ppoll(2) takes
 * nanoseconds, as the clock gives them. So nothing is rounded, and no wait ends early.
 */
#include "wait_readable.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { MS_PER_SECOND = 1000, NS_PER_MS = 1000000, NS_PER_SECOND = 1000000000 };

/* The time ms milliseconds after start. */
static struct timespec after(struct timespec start, int ms) {
    long ns = start.tv_nsec + ms % MS_PER_SECOND * (long)NS_PER_MS;
    time_t seconds = start.tv_sec + ms / MS_PER_SECOND + ns / NS_PER_SECOND;
    return (struct timespec){.tv_sec = seconds, .tv_nsec = ns % NS_PER_SECOND};
}

/* The time from now until end; 0 if end has passed. */
static struct timespec left_until(struct timespec end) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct timespec left = {.tv_sec = end.tv_sec - now.tv_sec, .tv_nsec = end.tv_nsec - now.tv_nsec};
    if (left.tv_nsec < 0) {
        left.tv_sec--;
        left.tv_nsec += NS_PER_SECOND;
    }
    if (left.tv_sec < 0)
        left = (struct timespec){0};
    return left;
}

int wait_readable(int fd, int timeout_ms) {
    struct pollfd watched = {.fd = fd, .events = POLLIN}; /* PROC-JOIN-013, PROC-JOIN-014 */
    bool endless = timeout_ms < 0;                        /* PROC-JOIN-001 */
    struct timespec end = {0}, left;
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (!endless)
        end = after(end, timeout_ms);
    int ready;
    do {
        left = left_until(end); /* PROC-JOIN-005, PROC-TASK-006 */
        ready = ppoll(&watched, 1, endless ? NULL : &left, NULL);
    } while (ready < 0 && errno == EINTR);
    if (ready == 0)
        errno = ETIMEDOUT; /* PROC-JOIN-003, PROC-JOIN-004 */
    return ready > 0 ? 0 : -1;
}
