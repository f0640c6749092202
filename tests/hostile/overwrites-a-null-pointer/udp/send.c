/* send.c - writes through a pointer that is NULL. */
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    *(volatile int *)0 = 1;
    return -1;
}
