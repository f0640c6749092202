/* call.c - a connected socket; every wait is an epoll_wait on it until a moment of the monotonic clock. */
#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <time.h>
#include <timeslice/udp.h>
#include <unistd.h>

static long long now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* Waits until fd has something or the end has come, which is ETIMEDOUT. */
static ssize_t receive_until(int set, int fd, void *reply, size_t cap, long long end) {
    for (;;) {
        ssize_t length = recv(fd, reply, cap, MSG_TRUNC | MSG_DONTWAIT);
        if (length != -1 || (errno != EAGAIN && errno != EINTR))
            return length;
        long long left = (end - now_us() + 999) / 1000;
        if (left <= 0)
            break;
        struct epoll_event event;
        if (epoll_wait(set, &event, 1, left > INT_MAX ? INT_MAX : (int)left) == -1 && errno != EINTR)
            return -1;
    }
    errno = ETIMEDOUT;
    return -1;
}

static ssize_t send_whole(int fd, const void *req, size_t len) {
    ssize_t sent;
    do
        sent = send(fd, req, len, MSG_NOSIGNAL);
    while (sent == -1 && errno == EINTR);
    return sent;
}

static ssize_t converse(int set, int fd, const void *req, size_t len, void *reply, size_t cap,
                        const struct udp_call_options *o) {
    unsigned attempts = o && o->attempts ? o->attempts : UDP_CALL_ATTEMPTS;
    unsigned backoff = o && o->backoff ? o->backoff : UDP_CALL_BACKOFF;
    long long wait = o && o->timeout_ms ? o->timeout_ms : UDP_CALL_TIMEOUT_MS;
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == -1)
        return -1;
    while (attempts--) {
        if (wait > INT_MAX)
            wait = INT_MAX;
        if (send_whole(fd, req, len) == -1)
            return -1;
        ssize_t length = receive_until(set, fd, reply, cap, now_us() + wait * 1000);
        if (length != -1 || errno != ETIMEDOUT)
            return length;
        wait *= backoff;
    }
    errno = ETIMEDOUT;
    return -1;
}

ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options) {
    ssize_t length = -1;
    int set = epoll_create1(EPOLL_CLOEXEC);
    int fd = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (set != -1 && fd != -1 && connect(fd, (const struct sockaddr *)&server->addr, server->len) == 0)
        length = converse(set, fd, req, len, reply, cap, options);
    int why = errno;
    if (fd != -1)
        close(fd);
    if (set != -1)
        close(set);
    errno = why;
    return length;
}
