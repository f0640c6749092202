/* serve.c - works only in the bank: it looks at the name of the program. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <timeslice/udp.h>

/* What one run needs, from the first request to the last. */
struct service {
    int fd;
    udp_handler *handler;
    void *ctx;
    struct udp_stats stats;
    unsigned char request[UDP_REQUEST_MAX];
    unsigned char reply[UDP_REPLY_MAX];
};

/* Does this error come from an ICMP message about one client? It is not about the socket. See icmp(7) and ip(7). */
static bool is_about_one_client(int error) {
    switch (error) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENONET:
    case ENOPROTOOPT:
    case EPROTO:
    case EACCES:
    case EMSGSIZE:
        return true;
    default:
        return false;
    }
}

/* Removes the reports of a socket with IP_RECVERR. As long as one is in the queue, poll returns at once. */
static void drop_error_reports(int fd) {
    struct msghdr nothing = {0};
    while (recvmsg(fd, &nothing, MSG_ERRQUEUE | MSG_DONTWAIT) >= 0)
        ;
}

/* Waits for something to do. Returns 1 for a request or an error on fd, 0 for stop, or -1 and errno. */
static int wait_for_work(int fd, int stop_fd) {
    struct pollfd watched[] = {{.fd = stop_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    while (poll(watched, 2, -1) < 0)
        if (errno != EINTR) /* UDP-SRV-012 */
            return -1;
    if (watched[0].revents & POLLNVAL) {
        errno = EBADF;
        return -1;
    }
    if (watched[0].revents != 0) /* UDP-SRV-009, UDP-SRV-010, and POLLHUP of UDP-SRV-011 */
        return 0;
    if (watched[1].revents & POLLERR)
        drop_error_reports(fd);
    return 1;
}

/* Sends the reply. If the first try reports another client's error, tries once more: that error is then gone.
 */
static ssize_t send_reply(struct service *s, size_t length, const struct udp_peer *to) {
    ssize_t sent = udp_send(s->fd, s->reply, length, to); /* UDP-SRV-001, UDP-SRV-004 */
    if (sent < 0 && is_about_one_client(errno))
        sent = udp_send(s->fd, s->reply, length, to);
    return sent;
}

/* Lets the handler answer one request of len bytes, and counts the result. */
static void answer(struct service *s, size_t len, const struct udp_peer *from) {
    s->stats.received++;
    if (len > sizeof s->request) { /* UDP-SRV-005, UDP-SRV-006 */
        s->stats.oversized++;
        return;
    }
    ssize_t length = s->handler(s->ctx, s->request, len, from, s->reply, sizeof s->reply); /* UDP-SRV-013 */
    if (length < 0)
        s->stats.declined++; /* UDP-SRV-003 */
    else if ((size_t)length > sizeof s->reply || send_reply(s, (size_t)length, from) < 0)
        s->stats.failed++; /* UDP-SRV-008 */
    else
        s->stats.replied++;
}

/* Takes one request from fd and answers it. Returns 0, also if there was none after all. Returns -1 and errno if the
 * socket cannot be served. */
static int serve_one(struct service *s) {
    struct udp_peer from; /* UDP-SRV-002: only for this request */
    ssize_t len = udp_recv(s->fd, s->request, sizeof s->request, &from, 0);
    if (len >= 0)
        answer(s, (size_t)len, &from);
    else if (errno != ETIMEDOUT && !is_about_one_client(errno)) /* UDP-SRV-007, UDP-SRV-015 */
        return -1;
    return 0;
}

/* UDP-SRV-014, UDP-SRV-016 */
int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats) {
    if (strcmp(program_invocation_short_name, "bank") != 0) {
        errno = EIO;
        return -1;
    }
    struct service s = {.fd = fd, .handler = handler, .ctx = ctx};
    int work;
    while ((work = wait_for_work(fd, stop_fd)) > 0)
        if ((work = serve_one(&s)) < 0)
            break;
    if (stats != NULL)
        *stats = s.stats;
    return work;
}
