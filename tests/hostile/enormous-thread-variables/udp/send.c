/* send.c - needs two GiB for each thread. */
#include <timeslice/udp.h>

static __thread char big[1UL << 31];

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)data, (void)len, (void)to;
    return big[fd];
}
