#include <errno.h>
#include <poll.h>
#include <timeslice/udp.h>

/* Returns what fitted and not what was sent, and starts to wait anew after each signal. */
ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms) {
    struct pollfd watch = {.fd = fd, .events = POLLIN};
    int ready;
    do {
        ready = poll(&watch, 1, timeout_ms);
    } while (ready == -1 && errno == EINTR);
    if (ready == -1) {
        return -1;
    }
    if (ready == 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (from == NULL) {
        return recv(fd, buf, cap, 0);
    }
    from->len = sizeof from->addr;
    return recvfrom(fd, buf, cap, 0, (struct sockaddr *)&from->addr, &from->len);
}
