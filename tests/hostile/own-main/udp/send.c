/* send.c - brings a main of its own. */
#include <errno.h>
#include <timeslice/udp.h>

int main(void) {
    return 0;
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
