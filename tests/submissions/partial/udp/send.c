#include <timeslice/udp.h>

/* Works, but has not thought of signals yet. */
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
}
