/* timesync_query.c - a connected socket, and SO_RCVTIMEO set to the time that is left before each receive. */
#include "retry.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#define NEVER INT64_MAX

/* After the deadline, datagrams that came in time may still wait in the queue. A queue of the usual size holds fewer
 * than this many. The number has a limit, so a flood cannot keep the call. */
#define LATE_LOOKS 1000

/* One query. A function that takes it returns 0 or an error number, and leaves errno to timesync_query. */
struct query {
    int fd;
    const struct udp_peer *server;
    timesync_clock *clock;
    void *clock_ctx;
    int64_t t1, t4;
    uint64_t sent; /* the stamp of t1 */
    int64_t end;   /* the deadline on the monotonic clock, in nanoseconds, or NEVER */
};

static int64_t monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* A signal may end the send before it did anything. Then T1 is read again, because it was too early. */
static int send_request(struct query *query, int timeout_ms) {
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    do {
        query->t1 = query->clock(query->clock_ctx);
        query->sent = timesync_stamp(query->t1);
        const struct timesync_packet request = {
            .version = TIMESYNC_VERSION, .mode = TIMESYNC_CLIENT, .transmit = query->sent};
        timesync_encode(&request, bytes);
        if (send(query->fd, bytes, sizeof bytes, MSG_NOSIGNAL) >= 0) {
            query->end = timeout_ms < 0 ? NEVER : monotonic() + timeout_ms * INT64_C(1000000);
            return 0;
        }
    } while (retry(query->fd, true));
    return errno;
}

/* The kernel does not filter before connect has set the server. So a stranger's datagram may be in the queue. */
static bool is_from(const struct udp_peer *server, const struct sockaddr_storage *from) {
    if (from->ss_family != server->addr.ss_family)
        return false;
    bool six = from->ss_family == AF_INET6;
    size_t port = six ? offsetof(struct sockaddr_in6, sin6_port) : offsetof(struct sockaddr_in, sin_port);
    size_t host = six ? offsetof(struct sockaddr_in6, sin6_addr) : offsetof(struct sockaddr_in, sin_addr);
    const char *a = (const char *)from, *b = (const char *)&server->addr;
    return memcmp(a + port, b + port, sizeof(in_port_t)) == 0 &&
           memcmp(a + host, b + host, six ? sizeof(struct in6_addr) : sizeof(struct in_addr)) == 0;
}

/* Waits once, and not much longer than the deadline. A datagram gets a length of 0 if a stranger sent it. Returns
 * EAGAIN if nothing came. */
static int receive(struct query *query, int64_t left, unsigned char bytes[TIMESYNC_PACKET_BYTES], size_t *len) {
    struct sockaddr_storage from;
    socklen_t from_len = sizeof from;
    if (left > 0 && query->end != NEVER) {
        int64_t up = (left + 999) / 1000; /* 0 would be a wait for ever */
        struct timeval wait = {.tv_sec = up / 1000000, .tv_usec = up % 1000000};
        if (setsockopt(query->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) < 0)
            return errno;
    }
    ssize_t got = recvfrom(query->fd, bytes, TIMESYNC_PACKET_BYTES, left > 0 ? 0 : MSG_DONTWAIT,
                           (struct sockaddr *)&from, &from_len);
    if (got < 0)
        return errno;
    query->t4 = query->clock(query->clock_ctx);
    *len = is_from(query->server, &from) ? (size_t)got : 0;
    return 0;
}

/* Is it the answer? Returns what timesync_decode or timesync_check says about it. */
static int read_reply(const struct query *query, const unsigned char *bytes, size_t len,
                      struct timesync_packet *reply) {
    if (timesync_decode(reply, bytes, len) < 0 || timesync_check(reply, query->sent) < 0)
        return errno;
    return 0;
}

static int await_answer(struct query *query, struct timesync_result *result) {
    for (int late = 0; late < LATE_LOOKS;) {
        unsigned char bytes[TIMESYNC_PACKET_BYTES];
        size_t len = 0;
        int64_t left = query->end - monotonic();
        int error = receive(query, left, bytes, &len);
        if (error == EINTR || (error == EAGAIN && left > 0))
            continue;
        if (error != 0)
            return error == EAGAIN ? ETIMEDOUT : error;
        late += left <= 0;
        struct timesync_packet reply;
        switch (error = read_reply(query, bytes, len, &reply)) {
        case EBADMSG:
        case ENOMSG:
        case EPROTONOSUPPORT:
        case ESTALE:
            continue;
        }
        result->reply = reply;
        if (error == EACCES)
            timesync_kiss(&reply, result->kiss);
        return error;
    }
    return ETIMEDOUT;
}

static void reckon(const struct query *query, struct timesync_result *result) {
    int64_t t2 = timesync_moment(result->reply.receive), t3 = timesync_moment(result->reply.transmit);
    result->offset = timesync_offset(query->t1, t2, t3, query->t4);
    result->delay = timesync_delay(query->t1, t2, t3, query->t4);
    result->moment = t3;
}

int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result) {
    struct query query = {.server = server, .clock = clock, .clock_ctx = clock_ctx};
    *result = (struct timesync_result){.kiss = ""};
    query.fd = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (query.fd < 0)
        return -1;
    int error = connect(query.fd, (const struct sockaddr *)&server->addr, server->len) < 0 ? errno : 0;
    if (error == 0)
        error = send_request(&query, timeout_ms);
    if (error == 0)
        error = await_answer(&query, result);
    close(query.fd);
    if (error != 0)
        return errno = error, -1;
    reckon(&query, result);
    return 0;
}
