/* send.c - brings a malloc of its own. */
#include <errno.h>
#include <stddef.h>
#include <timeslice/udp.h>

void *malloc(size_t size);

void *malloc(size_t size) {
    (void)size;
    return NULL;
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
