/* send.c - copies a descriptor out of another process. */
#include <sys/pidfd.h>
#include <stddef.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    return pidfd_getfd(3, 1, 0);
}
