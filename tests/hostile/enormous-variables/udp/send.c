/* send.c - needs more memory before the first test than a process may have. */
#include <timeslice/udp.h>

static char big[3UL << 30];

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)data, (void)len, (void)to;
    return big[fd];
}
