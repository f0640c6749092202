/* serve.c - one epoll set for both descriptors; stop_fd counts first among the events of one wait. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <timeslice/udp.h>
#include <unistd.h>

struct buffers {
    char request[UDP_REQUEST_MAX];
    char reply[UDP_REPLY_MAX];
};

static int transient(int error) {
    return error == EAGAIN || error == EINTR || error == ECONNREFUSED || error == EHOSTUNREACH ||
           error == ENETUNREACH || error == EHOSTDOWN || error == ENETDOWN || error == EPROTO || error == EMSGSIZE ||
           error == EACCES || error == ENOPROTOOPT;
}

static void handle(int fd, size_t len, udp_handler *handler, void *ctx, struct buffers *b, struct udp_peer *from,
                   struct udp_stats *stats) {
    stats->received++;
    if (len > UDP_REQUEST_MAX) {
        stats->oversized++;
        return;
    }
    ssize_t reply = handler(ctx, b->request, len, from, b->reply, UDP_REPLY_MAX);
    if (reply < 0)
        stats->declined++;
    else if (reply <= UDP_REPLY_MAX && udp_send(fd, b->reply, (size_t)reply, from) == reply)
        stats->replied++;
    else
        stats->failed++;
}

/* Takes and answers one request. Returns -1 where the socket is no good. */
static int turn(int fd, udp_handler *handler, void *ctx, struct buffers *b, struct udp_stats *stats) {
    struct udp_peer from;
    struct iovec bytes = {b->request, sizeof b->request};
    struct msghdr message = {
        .msg_name = &from.addr, .msg_namelen = sizeof from.addr, .msg_iov = &bytes, .msg_iovlen = 1};
    ssize_t len = recvmsg(fd, &message, MSG_DONTWAIT | MSG_TRUNC);
    if (len == -1)
        return transient(errno) ? 0 : -1;
    from.len = message.msg_namelen;
    handle(fd, (size_t)len, handler, ctx, b, &from, stats);
    return 0;
}

static void forget_errors(int fd) {
    struct msghdr message;
    do
        memset(&message, 0, sizeof message);
    while (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) != -1);
}

static int add(int set, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

static int loop(int set, int fd, udp_handler *handler, void *ctx, int stop_fd, struct buffers *b,
                struct udp_stats *stats) {
    struct epoll_event events[2];
    if (stop_fd >= 0 && add(set, stop_fd) == -1)
        return -1;
    if (stop_fd >= 0 && epoll_wait(set, events, 1, 0) == 1)
        return 0;
    if (add(set, fd) == -1)
        return -1;
    for (;;) {
        int ready = epoll_wait(set, events, 2, -1);
        if (ready == -1 && errno != EINTR)
            return -1;
        unsigned on_fd = 0;
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == stop_fd)
                return 0;
            on_fd = events[i].events;
        }
        if (on_fd & EPOLLERR)
            forget_errors(fd);
        if (on_fd && turn(fd, handler, ctx, b, stats) == -1)
            return -1;
    }
}

int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats) {
    struct udp_stats own;
    if (stats == NULL)
        stats = &own;
    memset(stats, 0, sizeof *stats);
    int set = epoll_create1(EPOLL_CLOEXEC);
    struct buffers *b = malloc(sizeof *b);
    int result = -1;
    if (b == NULL)
        errno = ENOMEM;
    else if (set != -1)
        result = loop(set, fd, handler, ctx, stop_fd, b, stats);
    int why = errno;
    free(b);
    if (set != -1)
        close(set);
    errno = why;
    return result;
}
