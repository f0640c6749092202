/* timesync_query.c - a connected, non-blocking socket; a timerfd is the deadline, and epoll waits for both. */
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <timeslice/timesync.h>
#include <unistd.h>

enum { SOCKET, TIMER, SET, DESCRIPTORS };

static int open_all(int fd[DESCRIPTORS], const struct udp_peer *server, int timeout_ms) {
    fd[SOCKET] = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    fd[TIMER] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    fd[SET] = epoll_create1(EPOLL_CLOEXEC);
    if (fd[SOCKET] == -1 || fd[TIMER] == -1 || fd[SET] == -1)
        return -1;
    struct itimerspec end = {.it_value = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L + (timeout_ms == 0)}};
    if (timeout_ms >= 0 && timerfd_settime(fd[TIMER], 0, &end, NULL) == -1)
        return -1;
    for (int i = SOCKET; i <= TIMER; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd[i]};
        if (epoll_ctl(fd[SET], EPOLL_CTL_ADD, fd[i], &event) == -1)
            return -1;
    }
    return connect(fd[SOCKET], (const struct sockaddr *)&server->addr, server->len);
}

/* Waits until a datagram or an error can be taken; the timer's end is ETIMEDOUT. */
static int await(const int fd[DESCRIPTORS]) {
    struct epoll_event events[2];
    int count;
    while ((count = epoll_wait(fd[SET], events, 2, -1)) == -1)
        if (errno != EINTR)
            return -1;
    for (int i = 0; i < count; i++)
        if (events[i].data.fd == fd[SOCKET])
            return 0;
    errno = ETIMEDOUT;
    return -1;
}

/* Has the timer run out? Noise that never ends keeps the socket readable for ever. */
static int is_over(const int fd[DESCRIPTORS]) {
    struct itimerspec left;
    timerfd_gettime(fd[TIMER], &left);
    return left.it_value.tv_sec == 0 && left.it_value.tv_nsec == 0;
}

/* Takes one datagram. Returns 1 where it settles the call, with success or errno in *error; 0 where it is to be
 * ignored; -1 and errno. */
static int take(int fd, timesync_clock *clock, void *ctx, int64_t t1, struct timesync_result *result, int *error) {
    unsigned char bytes[512];
    struct timesync_packet reply;
    ssize_t length = recv(fd, bytes, sizeof bytes, 0);
    int64_t t4 = clock(ctx);
    if (length == -1)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (timesync_decode(&reply, bytes, (size_t)length) == -1)
        return 0;
    *error = timesync_check(&reply, timesync_stamp(t1)) == -1 ? errno : 0;
    if (*error == ENOMSG || *error == EPROTONOSUPPORT || *error == ESTALE)
        return 0;
    int64_t t2 = timesync_moment(reply.receive), t3 = timesync_moment(reply.transmit);
    *result = (struct timesync_result){timesync_offset(t1, t2, t3, t4), timesync_delay(t1, t2, t3, t4), t3, reply, ""};
    if (*error == EACCES)
        timesync_kiss(&reply, result->kiss);
    return 1;
}

static int converse(const int fd[DESCRIPTORS], timesync_clock *clock, void *ctx, int timeout_ms,
                    struct timesync_result *result) {
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    int64_t t1 = clock(ctx);
    timesync_encode(&(struct timesync_packet){.version = 4, .mode = 3, .transmit = timesync_stamp(t1)}, bytes);
    while (send(fd[SOCKET], bytes, sizeof bytes, 0) == -1)
        if (errno != EINTR)
            return -1;
    int settled = 0, error = 0;
    while (settled == 0) {
        if (await(fd) == -1)
            return -1;
        settled = take(fd[SOCKET], clock, ctx, t1, result, &error);
        if (settled == 0 && timeout_ms >= 0 && is_over(fd)) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
    if (settled == 1)
        errno = error;
    return settled == 1 && error == 0 ? 0 : -1;
}

int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result) {
    int fd[DESCRIPTORS], verdict = open_all(fd, server, timeout_ms);
    if (verdict == 0)
        verdict = converse(fd, clock, clock_ctx, timeout_ms, result);
    int why = errno;
    for (int i = 0; i < DESCRIPTORS; i++)
        if (fd[i] != -1)
            close(fd[i]);
    errno = why;
    return verdict;
}
