/* send.c - has the loader call a function of its own to choose udp_send. */
#include <errno.h>
#include <timeslice/udp.h>

typedef ssize_t sender(int fd, const void *data, size_t len, const struct udp_peer *to);
static sender *choose(void);
ssize_t udp_send_chosen(int fd, const void *data, size_t len, const struct udp_peer *to)
    __attribute__((ifunc("choose")));

static ssize_t lie(int fd, const void *data, size_t len, const struct udp_peer *to) {
    (void)fd, (void)data, (void)to;
    return (ssize_t)len;
}

static sender *choose(void) {
    return lie;
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    udp_send_chosen(fd, data, len, to);
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR);
    return sent;
}
