#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <timeslice/udp.h>

static void answer(int fd, udp_handler *handler, void *ctx, struct udp_stats *stats, const char *request, size_t len,
                   const struct udp_peer *from) {
    char reply[UDP_REPLY_MAX];
    ssize_t n = handler(ctx, request, len, from, reply, sizeof reply);
    if (n < 0) {
        stats->declined++;
    } else if ((size_t)n > sizeof reply || udp_send(fd, reply, (size_t)n, from) == -1) {
        stats->failed++;
    } else {
        stats->replied++;
    }
}

static bool about_one_client(int error) {
    return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN ||
           error == ENOPROTOOPT || error == EPROTO || error == EACCES || error == EMSGSIZE || error == ETIMEDOUT ||
           error == EAGAIN;
}

int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats) {
    struct udp_stats unseen;
    if (stats == NULL) {
        stats = &unseen;
    }
    memset(stats, 0, sizeof *stats);

    for (;;) {
        struct pollfd watch[2] = {{.fd = stop_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        if (poll(watch, 2, -1) == -1) {
            if (errno == EINTR) {
                continue;
            }
            return -1;
        }
        if (watch[0].revents & POLLNVAL) {
            errno = EBADF;
            return -1;
        }
        if (watch[0].revents != 0) {
            return 0;
        }
        if (watch[1].revents & POLLNVAL) {
            errno = EBADF;
            return -1;
        }

        char request[UDP_REQUEST_MAX];
        struct udp_peer from;
        ssize_t len = udp_recv(fd, request, sizeof request, &from, 0);
        if (len == -1) {
            if (about_one_client(errno)) {
                continue;
            }
            return -1;
        }
        stats->received++;
        if ((size_t)len > sizeof request) {
            stats->oversized++;
        } else {
            answer(fd, handler, ctx, stats, request, (size_t)len, &from);
        }
    }
}
