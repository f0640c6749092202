/* send.c - brings an _exit of its own that never ends. */
#include <errno.h>
#include <stddef.h>
#include <timeslice/udp.h>

void _exit(int status);

void _exit(int status) {
    (void)status;
    for (;;)
        continue;
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
