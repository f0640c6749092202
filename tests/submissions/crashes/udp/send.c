#include <errno.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    do {
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    } while (sent == -1 && errno == EINTR);
    return sent;
}
