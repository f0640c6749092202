/* send.c - registers a test of its own in Criterion's section. */
#include <errno.h>
#include <timeslice/udp.h>

__attribute__((section("cr_tst"), used)) static void *registered[1];

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
