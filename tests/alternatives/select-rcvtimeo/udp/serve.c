/* serve.c - select for both descriptors, then udp_recv and udp_send. */
#include <errno.h>
#include <sys/select.h>
#include <timeslice/udp.h>

static int is_news_of_a_client(int error) {
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN ||
           error == EPROTO || error == EMSGSIZE || error == ENOPROTOOPT || error == EACCES;
}

/* Whether stop_fd is ready. If it is not open, this is an error. */
static int look_at(int stop_fd) {
    struct timeval at_once = {0, 0};
    fd_set set;
    FD_ZERO(&set);
    FD_SET(stop_fd, &set);
    int ready = select(stop_fd + 1, &set, NULL, NULL, &at_once);
    return ready < 0 && errno == EINTR ? 0 : ready;
}

/* Returns 1: stop, 0: something on fd, -1: an error. */
static int wait_for(int fd, int stop_fd) {
    for (;;) {
        int stop = stop_fd >= 0 && stop_fd < FD_SETSIZE ? look_at(stop_fd) : 0;
        if (stop != 0)
            return stop;
        fd_set set;
        FD_ZERO(&set);
        if (fd < 0 || fd >= FD_SETSIZE || stop_fd >= FD_SETSIZE)
            return errno = fd < 0 ? EBADF : EINVAL, -1;
        FD_SET(fd, &set);
        if (stop_fd >= 0)
            FD_SET(stop_fd, &set);
        if (select((fd > stop_fd ? fd : stop_fd) + 1, &set, NULL, NULL, NULL) >= 0)
            return stop_fd >= 0 && FD_ISSET(stop_fd, &set);
        if (errno != EINTR)
            return -1;
    }
}

static void answer(int fd, udp_handler *handler, void *ctx, const void *request, size_t len,
                   const struct udp_peer *from, struct udp_stats *stats) {
    unsigned char reply[UDP_REPLY_MAX];
    ssize_t n = handler(ctx, request, len, from, reply, sizeof reply);
    if (n < 0) {
        stats->declined++;
        return;
    }
    int sent = n <= UDP_REPLY_MAX && udp_send(fd, reply, (size_t)n, from) >= 0;
    *(sent ? &stats->replied : &stats->failed) += 1;
}

static int run(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats) {
    for (;;) {
        unsigned char request[UDP_REQUEST_MAX + 1];
        struct udp_peer from;
        int stop = wait_for(fd, stop_fd);
        if (stop)
            return stop > 0 ? 0 : -1;
        ssize_t len = udp_recv(fd, request, sizeof request, &from, 0);
        if (len < 0 && errno != ETIMEDOUT && !is_news_of_a_client(errno))
            return -1;
        if (len < 0)
            continue;
        stats->received++;
        if (len > UDP_REQUEST_MAX)
            stats->oversized++;
        else
            answer(fd, handler, ctx, request, (size_t)len, &from, stats);
    }
}

int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats) {
    struct udp_stats counted = {0};
    int result = run(fd, handler, ctx, stop_fd, &counted);
    if (stats)
        *stats = counted;
    return result;
}
