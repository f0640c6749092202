/* send.c - closes all descriptors with one call. */
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    close_range(3, ~0U, 0);
    return -1;
}
