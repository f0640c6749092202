/* send.c - asks for an object file of two gigabytes. */
#include <errno.h>
#include <timeslice/udp.h>

static char enormous[1U << 31] = {1};

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    enormous[len]++;
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
