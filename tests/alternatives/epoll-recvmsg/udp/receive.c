/* receive.c - recvmsg for what is there, a timerfd with an absolute time and an epoll set to wait for more. */
#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <timeslice/udp.h>
#include <unistd.h>

static ssize_t take(int fd, void *buf, size_t cap, struct udp_peer *from) {
    struct iovec bytes = {.iov_base = buf, .iov_len = cap};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (from) {
        message.msg_name = &from->addr;
        message.msg_namelen = sizeof from->addr;
    }
    ssize_t length = recvmsg(fd, &message, MSG_TRUNC | MSG_DONTWAIT);
    if (length != -1 && from)
        from->len = message.msg_namelen;
    return length;
}

/* A timer that goes off timeout_ms from now; one that never does where that is negative. */
static int start_timer(int timeout_ms) {
    struct itimerspec at = {0};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (timer == -1 || timeout_ms < 0)
        return timer;
    clock_gettime(CLOCK_MONOTONIC, &at.it_value);
    at.it_value.tv_sec += timeout_ms / 1000;
    at.it_value.tv_nsec += timeout_ms % 1000 * 1000000L;
    if (at.it_value.tv_nsec >= 1000000000L) {
        at.it_value.tv_sec++;
        at.it_value.tv_nsec -= 1000000000L;
    }
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
    return timer;
}

static bool watch(int set, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Waits for fd or the timer, and takes from fd. */
static ssize_t wait_and_take(int set, int timer, int fd, void *buf, size_t cap, struct udp_peer *from) {
    if (set == -1 || !watch(set, timer) || !watch(set, fd))
        return -1;
    for (;;) {
        struct epoll_event events[2];
        int ready = epoll_wait(set, events, 2, -1);
        ssize_t length = take(fd, buf, cap, from);
        if (length != -1 || (errno != EAGAIN && errno != EINTR))
            return length;
        for (int i = 0; i < ready; i++)
            if (events[i].data.fd == timer) {
                errno = ETIMEDOUT;
                return -1;
            }
    }
}

ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms) {
    int timer = start_timer(timeout_ms);
    if (timer == -1)
        return -1;
    ssize_t length;
    do
        length = take(fd, buf, cap, from);
    while (length == -1 && errno == EINTR);
    if (length == -1 && errno == EAGAIN && timeout_ms == 0)
        errno = ETIMEDOUT;
    if (length == -1 && errno == EAGAIN) {
        int set = epoll_create1(EPOLL_CLOEXEC);
        length = wait_and_take(set, timer, fd, buf, cap, from);
        int why = errno;
        if (set != -1)
            close(set);
        errno = why;
    }
    int why = errno;
    close(timer);
    errno = why;
    return length;
}
