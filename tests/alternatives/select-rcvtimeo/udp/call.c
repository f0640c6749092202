/* call.c - an unconnected socket with IP_RECVERR and SO_RCVTIMEO; senders are compared by hand. */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <timeslice/udp.h>
#include <unistd.h>

static long long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int same(const struct udp_peer *a, const struct udp_peer *b) {
    if (a->addr.ss_family != b->addr.ss_family)
        return 0;
    if (a->addr.ss_family == AF_INET) {
        const struct sockaddr_in *x = (const void *)&a->addr, *y = (const void *)&b->addr;
        return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *x = (const void *)&a->addr, *y = (const void *)&b->addr;
    return x->sin6_port == y->sin6_port && !memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr);
}

/* Receives until a datagram comes from the server or the end has come. */
static ssize_t receive_from(int fd, const struct udp_peer *server, void *reply, size_t cap, long long end) {
    for (;;) {
        long long left = end - microseconds();
        if (left <= 0)
            return errno = ETIMEDOUT, -1;
        struct timeval wait = {.tv_sec = left / 1000000, .tv_usec = left % 1000000};
        if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) < 0)
            return -1;
        struct udp_peer from = {.len = sizeof from.addr};
        char nothing;
        if (recvfrom(fd, &nothing, 0, MSG_PEEK, (struct sockaddr *)&from.addr, &from.len) < 0) {
            if (errno != EAGAIN && errno != EINTR)
                return -1;
        } else if (same(&from, server)) {
            return recv(fd, reply, cap, MSG_TRUNC | MSG_DONTWAIT);
        } else {
            recv(fd, &nothing, 0, MSG_DONTWAIT);
        }
    }
}

static int open_for(const struct udp_peer *server) {
    int yes = 1, fd = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (server->addr.ss_family == AF_INET)
        setsockopt(fd, SOL_IP, IP_RECVERR, &yes, sizeof yes);
    else
        setsockopt(fd, SOL_IPV6, IPV6_RECVERR, &yes, sizeof yes);
    return fd;
}

ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options) {
    struct udp_call_options o = options ? *options : (struct udp_call_options){0};
    unsigned attempts = o.attempts ? o.attempts : UDP_CALL_ATTEMPTS;
    unsigned long long wait_ms = o.timeout_ms ? o.timeout_ms : UDP_CALL_TIMEOUT_MS;
    int fd = open_for(server);
    if (fd < 0)
        return -1;
    ssize_t length = -1;
    errno = ETIMEDOUT;
    for (unsigned i = 0; i < attempts && length < 0 && errno == ETIMEDOUT; i++) {
        if (udp_send(fd, req, len, server) < 0)
            break;
        if (wait_ms > INT_MAX)
            wait_ms = INT_MAX;
        length = receive_from(fd, server, reply, cap, microseconds() + (long long)wait_ms * 1000);
        wait_ms *= o.backoff ? o.backoff : UDP_CALL_BACKOFF;
    }
    int why = errno;
    close(fd);
    errno = why;
    return length;
}
