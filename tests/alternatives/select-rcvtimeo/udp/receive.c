/* receive.c - select waits, MSG_PEEK | MSG_TRUNC measures, a second receive takes. */
#include <errno.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <timeslice/udp.h>

static long long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Measures and takes the datagram that is there. */
static ssize_t take(int fd, void *buf, size_t cap, struct udp_peer *from) {
    struct udp_peer sender;
    char nothing;
    ssize_t length = recv(fd, &nothing, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    if (length < 0)
        return -1;
    sender.len = sizeof sender.addr;
    ssize_t copied =
        recvfrom(fd, cap ? buf : &nothing, cap, MSG_DONTWAIT, (struct sockaddr *)&sender.addr, &sender.len);
    if (copied < 0)
        return -1;
    if (from)
        *from = sender;
    return length;
}

ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms) {
    long long end = microseconds() + timeout_ms * 1000LL;
    for (;;) {
        ssize_t length = take(fd, buf, cap, from);
        if (length >= 0 || (errno != EAGAIN && errno != EINTR))
            return length;
        if (errno == EINTR)
            continue;
        long long left = end - microseconds();
        if (timeout_ms >= 0 && left <= 0)
            return errno = ETIMEDOUT, -1;
        if (fd >= FD_SETSIZE)
            return errno = EINVAL, -1;
        struct timeval wait = {.tv_sec = left / 1000000, .tv_usec = left % 1000000};
        fd_set set;
        FD_ZERO(&set);
        FD_SET(fd, &set);
        if (select(fd + 1, &set, NULL, NULL, timeout_ms < 0 ? NULL : &wait) < 0 && errno != EINTR)
            return -1;
    }
}
