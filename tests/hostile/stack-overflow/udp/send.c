/* send.c - recurses without end. */
#include <timeslice/udp.h>

static int deeper(volatile int *depth) {
    volatile int here[256] = {*depth + 1};
    return deeper(here) + here[0];
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    volatile int depth = 0;
    if (deeper(&depth) == 0)
        return -1;
    return -1;
}
