/* effort.c - reads the processor time of the process, and the delay of the thread from /proc/thread-self/schedstat. */
#include "effort.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "support/core/stopwatch.h"

/* The delay of this thread in ms, from the second number of the file. 0 if the kernel does not count it. */
static double delayed_ms(void) {
    unsigned long long delayed = 0;
    char text[128];
    int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd != -1 ? read(fd, text, sizeof text - 1) : -1;
    if (fd != -1)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    if (sscanf(text, "%*u %llu", &delayed) != 1)
        return 0;
    return (double)delayed / 1e6;
}

struct effort effort_begin(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (struct effort){.began_ms = stopwatch_ms(),
                           .used_ms = (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6,
                           .delayed_ms = delayed_ms()};
}

double effort_share(const struct effort *begin) {
    struct effort now = effort_begin();
    double own_ms = now.began_ms - begin->began_ms - (now.delayed_ms - begin->delayed_ms);
    return own_ms > 0 ? (now.used_ms - begin->used_ms) / own_ms : 1;
}
