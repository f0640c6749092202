/* send.c - sendto, until no signal is in the way. */
#include <errno.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    for (;;) {
        ssize_t sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
        if (sent >= 0 || errno != EINTR)
            return sent;
    }
}
