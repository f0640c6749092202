/* timesync_query.c - an unconnected socket with IP_RECVERR; select waits, recvmsg tells who sent and how much. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <time.h>
#include <timeslice/timesync.h>
#include <unistd.h>

static long long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int same(const struct sockaddr_storage *a, const struct sockaddr_storage *b) {
    if (a->ss_family != b->ss_family)
        return 0;
    if (a->ss_family == AF_INET) {
        const struct sockaddr_in *x = (const void *)a, *y = (const void *)b;
        return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *x = (const void *)a, *y = (const void *)b;
    return x->sin6_port == y->sin6_port && !memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr);
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

/* Receives one datagram into packet. Returns 1 where it is a packet from the server, 0 where it is not, -1 and errno.
 */
static int receive(int fd, const struct udp_peer *server, struct timesync_packet *packet) {
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    struct sockaddr_storage from;
    memset(&from, 0, sizeof from);
    struct iovec room = {bytes, sizeof bytes};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &room, .msg_iovlen = 1};
    ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);
    if (length < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    return same(&from, &server->addr) && timesync_decode(packet, bytes, (size_t)length) == 0;
}

/* Waits until fd has something, or end (negative: never) has come, which is ETIMEDOUT. */
static int wait_for(int fd, long long end) {
    for (;;) {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(fd, &set);
        long long left = end - microseconds();
        struct timeval wait = {left > 0 ? left / 1000000 : 0, left > 0 ? left % 1000000 : 0};
        int ready = select(fd + 1, &set, NULL, NULL, end < 0 ? NULL : &wait);
        if (ready > 0)
            return 0;
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready == 0 && microseconds() >= end)
            return errno = ETIMEDOUT, -1;
    }
}

static int listen_on(int fd, const struct udp_peer *server, timesync_clock *clock, void *ctx, int64_t t1, long long end,
                     struct timesync_result *r) {
    do {
        if (wait_for(fd, end) < 0)
            return -1;
        struct timesync_packet packet;
        int got = receive(fd, server, &packet);
        int64_t t4 = clock(ctx);
        if (got < 0)
            return -1;
        int why = got && timesync_check(&packet, timesync_stamp(t1)) < 0 ? errno : 0;
        if (!got || (why && why != EACCES && why != ENOLINK && why != ENODATA))
            continue;
        r->reply = packet;
        r->kiss[0] = '\0';
        if (why == EACCES)
            timesync_kiss(&packet, r->kiss);
        if (why)
            return errno = why, -1;
        int64_t t2 = timesync_moment(packet.receive);
        r->moment = timesync_moment(packet.transmit);
        r->offset = timesync_offset(t1, t2, r->moment, t4);
        r->delay = timesync_delay(t1, t2, r->moment, t4);
        return 0;
    } while (end < 0 || microseconds() < end);
    return errno = ETIMEDOUT, -1;
}

int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result) {
    int fd = open_for(server), verdict = -1;
    if (fd < 0)
        return -1;
    long long end = timeout_ms < 0 ? -1 : microseconds() + timeout_ms * 1000LL + 1;
    struct timesync_packet request = {.version = TIMESYNC_VERSION, .mode = TIMESYNC_CLIENT};
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    int64_t t1 = clock(clock_ctx);
    request.transmit = timesync_stamp(t1);
    timesync_encode(&request, bytes);
    ssize_t sent;
    do
        sent = sendto(fd, bytes, sizeof bytes, 0, (const struct sockaddr *)&server->addr, server->len);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        verdict = listen_on(fd, server, clock, clock_ctx, t1, end, result);
    int why = errno;
    close(fd);
    errno = why;
    return verdict;
}
