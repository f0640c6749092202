#include "clock.h"

#include <errno.h>
#include <poll.h>
#include <timeslice/udp.h>

ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms) {
    struct udp_peer ignored;
    if (from == NULL) {
        from = &ignored;
    }
    int64_t deadline = timeout_ms > 0 ? now_ms() + timeout_ms : 0;

    for (;;) {
        from->len = sizeof from->addr;
        ssize_t got = recvfrom(fd, buf, cap, MSG_TRUNC | MSG_DONTWAIT, (struct sockaddr *)&from->addr, &from->len);
        if (got >= 0) {
            return got;
        }
        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            return -1;
        }

        int wait = timeout_ms < 0 ? -1 : timeout_ms == 0 ? 0 : ms_until(deadline);
        if (wait == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        struct pollfd watch = {.fd = fd, .events = POLLIN};
        if (poll(&watch, 1, wait) == -1 && errno != EINTR) {
            return -1;
        }
    }
}
