/* send.c - divides by zero. */
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    volatile int zero = 0;
    return 7 / zero;
}
