/* lab.c - the whole lab in one file. It receives with recvmmsg, sends with sendmsg, and waits with ppoll.
 *
 * Two functions know how to wait: attend() waits for a descriptor until a deadline, and accept_datagram() takes a
 * datagram before that deadline. All the rest is built on them. Moments and stamps are computed in 128 bits. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <timeslice/stream.h>
#include <timeslice/timesync.h>
#include <timeslice/udp.h>
#include <unistd.h>

__extension__ typedef __int128 wide;

static int fail(int error) {
    errno = error;
    return -1;
}

static int close_and_fail(int fd) {
    int error = errno;
    close(fd);
    return fail(error);
}

/* ------------------------------------------------------------------------------------------------ waiting */

#define NO_DEADLINE INT64_MAX

static int64_t monotonic_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t deadline_after(int timeout_ms) {
    return timeout_ms < 0 ? NO_DEADLINE : monotonic_ns() + (int64_t)timeout_ms * 1000000;
}

static bool is_over(int64_t deadline) {
    return deadline != NO_DEADLINE && monotonic_ns() >= deadline;
}

/* Waits for something on fd, or for the deadline. Also returns 0 after a signal: the caller looks again. */
static int attend(int fd, short events, int64_t deadline) {
    struct pollfd watched = {.fd = fd, .events = events};
    int64_t ns = deadline == NO_DEADLINE ? 0 : deadline - monotonic_ns();
    struct timespec rest = {.tv_sec = ns > 0 ? ns / 1000000000 : 0, .tv_nsec = ns > 0 ? ns % 1000000000 : 0};
    int ready = ppoll(&watched, 1, deadline == NO_DEADLINE ? NULL : &rest, NULL);
    return ready == -1 && errno != EINTR ? -1 : 0;
}

/* Takes a datagram that is there. Returns its true length. */
static ssize_t take_datagram(int fd, void *buf, size_t cap, struct udp_peer *from) {
    struct iovec room = {buf, cap};
    struct mmsghdr one = {.msg_hdr = {.msg_iov = &room, .msg_iovlen = 1}};
    if (from != NULL) {
        one.msg_hdr.msg_name = &from->addr;
        one.msg_hdr.msg_namelen = sizeof from->addr;
    }
    int count;
    do
        count = recvmmsg(fd, &one, 1, MSG_TRUNC | MSG_DONTWAIT, NULL);
    while (count == -1 && errno == EINTR);
    if (count != 1)
        return -1;
    if (from != NULL)
        from->len = one.msg_hdr.msg_namelen;
    return one.msg_len;
}

static ssize_t accept_datagram(int fd, void *buf, size_t cap, struct udp_peer *from, int64_t deadline) {
    for (;;) {
        bool last_look = is_over(deadline);
        ssize_t length = take_datagram(fd, buf, cap, from);
        if (length >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
            return length;
        if (last_look)
            return fail(ETIMEDOUT);
        if (attend(fd, POLLIN, deadline) == -1)
            return -1;
    }
}

static ssize_t transmit(int fd, const void *data, size_t len, const struct udp_peer *to) {
    struct iovec bytes = {(void *)data, len};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (to != NULL) {
        message.msg_name = (void *)&to->addr;
        message.msg_namelen = to->len;
    }
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, 0);
    while (sent == -1 && errno == EINTR);
    return sent;
}

/* ------------------------------------------------------------------------------------------------ OPEN, TX, RX */

/* All addresses of a host. NULL and errno if there are none. */
static struct addrinfo *addresses(const char *host, uint16_t port) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV}, *list;
    char service[8];
    snprintf(service, sizeof service, "%hu", port);
    if (host == NULL || host[0] == '\0') {
        errno = EINVAL;
        return NULL;
    }
    switch (getaddrinfo(host, service, &hints, &list)) {
    case 0:
        return list;
    case EAI_MEMORY:
        errno = ENOMEM;
        return NULL;
    default:
        errno = ENOENT;
        return NULL;
    }
}

int udp_resolve(struct udp_peer *out, const char *host, uint16_t port) {
    struct addrinfo *list = addresses(host, port);
    if (list == NULL)
        return -1;
    memcpy(&out->addr, list->ai_addr, list->ai_addrlen);
    out->len = list->ai_addrlen;
    freeaddrinfo(list);
    return 0;
}

int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    char host[INET6_ADDRSTRLEN], whole[INET6_ADDRSTRLEN + 10];
    struct sockaddr_storage addr = peer->addr;
    bool six = addr.ss_family == AF_INET6;
    if (!six && addr.ss_family != AF_INET)
        return fail(EAFNOSUPPORT);
    if (six)
        ((struct sockaddr_in6 *)&addr)->sin6_scope_id = 0; /* no zone */
    socklen_t len = six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (getnameinfo((struct sockaddr *)&addr, len, host, sizeof host, NULL, 0, NI_NUMERICHOST) != 0)
        return fail(EAFNOSUPPORT);
    unsigned port = ntohs(six ? ((struct sockaddr_in6 *)&addr)->sin6_port : ((struct sockaddr_in *)&addr)->sin_port);
    int length = snprintf(whole, sizeof whole, six ? "[%s]:%u" : "%s:%u", host, port);
    if ((size_t)length >= cap)
        return fail(ENOSPC);
    strcpy(text, whole);
    return length;
}

int udp_bind(const char *host, uint16_t port) {
    struct addrinfo *list = addresses(host, port);
    int fd = -1, error = errno;
    for (const struct addrinfo *a = list; a != NULL && fd == -1; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
        if (fd != -1 && bind(fd, a->ai_addr, a->ai_addrlen) == -1)
            fd = close_and_fail(fd);
        error = errno;
    }
    if (list != NULL)
        freeaddrinfo(list);
    errno = error;
    return fd;
}

int udp_local(int fd, struct udp_peer *self) {
    self->len = sizeof self->addr;
    return getsockname(fd, (struct sockaddr *)&self->addr, &self->len);
}

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    return transmit(fd, data, len, to);
}

ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms) {
    return accept_datagram(fd, buf, cap, from, deadline_after(timeout_ms));
}

/* ------------------------------------------------------------------------------------------------ SRV */

/* Whether an error is about one client, and the socket is all right. */
static bool about_a_client(int error) {
    static const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENOPROTOOPT, EPROTO,
                                 EACCES,       EMSGSIZE,     ENETDOWN,    ENONET,    EOPNOTSUPP};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i] == error)
            return true;
    return false;
}

/* Sends a reply. An error that some other client has left behind takes one try. */
static bool reply_is_sent(int fd, const void *reply, size_t len, const struct udp_peer *to) {
    if (transmit(fd, reply, len, to) != -1)
        return true;
    return about_a_client(errno) && transmit(fd, reply, len, to) != -1;
}

struct service {
    int fd;
    udp_handler *handler;
    void *ctx;
    struct udp_stats *stats;
    unsigned char request[UDP_REQUEST_MAX], reply[UDP_REPLY_MAX];
};

/* Answers the request that is there, if there is one. -1: the socket cannot be served. */
static int serve_one(struct service *s) {
    struct udp_peer client;
    ssize_t len = take_datagram(s->fd, s->request, sizeof s->request, &client);
    if (len == -1)
        return errno == EAGAIN || about_a_client(errno) ? 0 : -1;
    s->stats->received++;
    if (len > UDP_REQUEST_MAX) {
        s->stats->oversized++;
        return 0;
    }
    ssize_t answer = s->handler(s->ctx, s->request, (size_t)len, &client, s->reply, sizeof s->reply);
    if (answer < 0)
        s->stats->declined++;
    else if (answer <= UDP_REPLY_MAX && reply_is_sent(s->fd, s->reply, (size_t)answer, &client))
        s->stats->replied++;
    else
        s->stats->failed++;
    return 0;
}

/* With IP_RECVERR an error stays in a queue of its own, and ppoll reports it until somebody takes it. */
static void drop_errors(int fd) {
    struct msghdr message = {.msg_iovlen = 0};
    while (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) != -1)
        continue;
}

int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats) {
    struct udp_stats unwanted;
    struct service *s = malloc(sizeof *s);
    *(stats != NULL ? stats : &unwanted) = (struct udp_stats){0};
    if (s == NULL)
        return fail(ENOMEM);
    s->fd = fd;
    s->handler = handler;
    s->ctx = ctx;
    s->stats = stats != NULL ? stats : &unwanted;
    int result = 1, error = 0;
    while (result == 1) {
        struct pollfd both[] = {{.fd = stop_fd < 0 ? -1 : stop_fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        if (ppoll(both, 2, NULL, NULL) == -1) {
            error = errno;
            result = error == EINTR ? 1 : -1;
        } else if (both[0].revents & POLLNVAL || (both[0].revents == 0 && both[1].revents & POLLNVAL)) {
            error = EBADF;
            result = -1;
        } else if (both[0].revents != 0) {
            result = 0;
        } else if (both[1].revents != 0 && serve_one(s) == -1) {
            error = errno;
            result = -1;
        } else if (both[1].revents & POLLERR) {
            drop_errors(fd);
        }
    }
    free(s);
    return result == -1 ? fail(error) : 0;
}

/* ------------------------------------------------------------------------------------------------ CLI */

static bool same_end(const struct udp_peer *a, const struct udp_peer *b) {
    if (a->addr.ss_family != b->addr.ss_family)
        return false;
    if (a->addr.ss_family == AF_INET) {
        const struct sockaddr_in *x = (const void *)&a->addr, *y = (const void *)&b->addr;
        return x->sin_addr.s_addr == y->sin_addr.s_addr && x->sin_port == y->sin_port;
    }
    const struct sockaddr_in6 *x = (const void *)&a->addr, *y = (const void *)&b->addr;
    return IN6_ARE_ADDR_EQUAL(&x->sin6_addr, &y->sin6_addr) && x->sin6_port == y->sin6_port;
}

static int socket_to(const struct udp_peer *server) {
    int fd = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd != -1 && connect(fd, (const struct sockaddr *)&server->addr, server->len) == -1)
        return close_and_fail(fd);
    return fd;
}

/* The next datagram from this server, before the deadline. */
static ssize_t accept_from(int fd, const struct udp_peer *server, void *buf, size_t cap, int64_t deadline) {
    for (;;) {
        struct udp_peer from;
        ssize_t len = accept_datagram(fd, buf, cap, &from, deadline);
        if (len == -1 || same_end(&from, server))
            return len;
    }
}

ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options) {
    struct udp_call_options o = options != NULL ? *options : (struct udp_call_options){0, 0, 0};
    unsigned attempts = o.attempts ? o.attempts : UDP_CALL_ATTEMPTS, backoff = o.backoff ? o.backoff : UDP_CALL_BACKOFF;
    uint64_t wait_ms = o.timeout_ms ? o.timeout_ms : UDP_CALL_TIMEOUT_MS;
    ssize_t got = -1;
    int fd = socket_to(server);
    if (fd == -1)
        return -1;
    for (; attempts > 0; attempts--, wait_ms *= backoff) {
        if (wait_ms > INT_MAX)
            wait_ms = INT_MAX;
        if (transmit(fd, req, len, NULL) == -1)
            break;
        got = accept_from(fd, server, reply, cap, deadline_after((int)wait_ms));
        if (got != -1 || errno != ETIMEDOUT)
            break;
    }
    if (got == -1)
        return close_and_fail(fd);
    close(fd);
    return got;
}

/* ------------------------------------------------------------------------------------------------ TIME */

#define SECOND ((wide)1000000000)

/* Rounds down, also below zero. */
static wide divide(wide a, wide b) {
    wide q = a / b;
    return a % b < 0 ? q - 1 : q;
}

uint64_t timesync_stamp(int64_t moment) {
    wide units = divide((((wide)moment + TIMESYNC_1970 * SECOND) << 32) + SECOND / 2, SECOND);
    uint64_t stamp = (uint64_t)units; /* the era is cut off */
    return stamp != 0 ? stamp : 1;
}

int64_t timesync_moment(uint64_t stamp) {
    wide units = stamp;
    if (stamp >> 63 == 0)
        units += (wide)1 << 64;
    wide since_1900 = (units * SECOND + ((wide)1 << 31)) >> 32;
    return (int64_t)(since_1900 - TIMESYNC_1970 * SECOND);
}

/* The packet as it is on the network. There is no padding between the fields. */
struct wire {
    uint8_t first, stratum, poll, precision;
    uint32_t root_delay, root_dispersion, reference_id;
    uint64_t reference, originate, receive, transmit;
};

_Static_assert(sizeof(struct wire) == TIMESYNC_PACKET_BYTES, "the packet has no padding");

void timesync_encode(const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]) {
    struct wire wire = {
        .first = (uint8_t)(packet->leap << 6 | (packet->version & 7) << 3 | (packet->mode & 7)),
        .stratum = packet->stratum,
        .poll = (uint8_t)packet->poll,
        .precision = (uint8_t)packet->precision,
        .root_delay = htobe32(packet->root_delay),
        .root_dispersion = htobe32(packet->root_dispersion),
        .reference_id = htobe32(packet->reference_id),
        .reference = htobe64(packet->reference),
        .originate = htobe64(packet->originate),
        .receive = htobe64(packet->receive),
        .transmit = htobe64(packet->transmit),
    };
    memcpy(bytes, &wire, sizeof wire);
}

int timesync_decode(struct timesync_packet *packet, const void *bytes, size_t len) {
    struct wire wire;
    if (len < sizeof wire)
        return fail(EBADMSG);
    memcpy(&wire, bytes, sizeof wire);
    *packet = (struct timesync_packet){
        .leap = wire.first >> 6,
        .version = wire.first >> 3 & 7,
        .mode = wire.first & 7,
        .stratum = wire.stratum,
        .poll = (int8_t)wire.poll,
        .precision = (int8_t)wire.precision,
        .root_delay = be32toh(wire.root_delay),
        .root_dispersion = be32toh(wire.root_dispersion),
        .reference_id = be32toh(wire.reference_id),
        .reference = be64toh(wire.reference),
        .originate = be64toh(wire.originate),
        .receive = be64toh(wire.receive),
        .transmit = be64toh(wire.transmit),
    };
    return 0;
}

int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    return (int64_t)((((wide)t2 - t1) + ((wide)t3 - t4)) / 2);
}

int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4) {
    return (int64_t)(((wide)t4 - t1) - ((wide)t3 - t2));
}

int timesync_check(const struct timesync_packet *reply, uint64_t sent) {
    if (reply->mode != TIMESYNC_SERVER)
        return fail(ENOMSG);
    if (reply->version == 0 || reply->version > TIMESYNC_VERSION)
        return fail(EPROTONOSUPPORT);
    if (reply->originate != sent)
        return fail(ESTALE);
    if (reply->stratum == 0)
        return fail(EACCES);
    if (reply->leap == TIMESYNC_UNSYNCHRONISED || reply->stratum > 15)
        return fail(ENOLINK);
    return reply->transmit == 0 ? fail(ENODATA) : 0;
}

void timesync_kiss(const struct timesync_packet *reply, char code[5]) {
    memset(code, 0, 5);
    uint32_t id = htobe32(reply->reference_id);
    memcpy(code, &id, sizeof id);
    for (char *c = code; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    const struct timesync_server *server = ctx;
    int64_t came = server->clock(server->clock_ctx);
    struct timesync_packet request, answer = server->about;
    (void)from;
    if (cap < TIMESYNC_PACKET_BYTES || timesync_decode(&request, req, len) == -1)
        return -1;
    if (request.mode != TIMESYNC_CLIENT || request.version < 1 || request.version > TIMESYNC_VERSION)
        return -1;
    answer.version = request.version;
    answer.mode = TIMESYNC_SERVER;
    answer.poll = request.poll;
    answer.originate = request.transmit;
    answer.receive = timesync_stamp(came);
    timesync_encode(&answer, reply);
    uint64_t leaves = htobe64(timesync_stamp(server->clock(server->clock_ctx)));
    memcpy((char *)reply + offsetof(struct wire, transmit), &leaves, sizeof leaves);
    return TIMESYNC_PACKET_BYTES;
}

static int judge(struct timesync_result *result, int64_t t1, int64_t t4) {
    int64_t t2 = timesync_moment(result->reply.receive), t3 = timesync_moment(result->reply.transmit);
    memset(result->kiss, 0, sizeof result->kiss);
    if (timesync_check(&result->reply, timesync_stamp(t1)) == -1) {
        int error = errno;
        if (error == EACCES)
            timesync_kiss(&result->reply, result->kiss);
        return fail(error);
    }
    result->moment = t3;
    result->offset = timesync_offset(t1, t2, t3, t4);
    result->delay = timesync_delay(t1, t2, t3, t4);
    return 0;
}

int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result) {
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    struct timesync_packet request = {.version = TIMESYNC_VERSION, .mode = TIMESYNC_CLIENT};
    int fd = socket_to(server), outcome = -1;
    if (fd == -1)
        return -1;
    int64_t t1 = clock(clock_ctx);
    request.transmit = timesync_stamp(t1);
    timesync_encode(&request, bytes);
    bool asked = transmit(fd, bytes, sizeof bytes, NULL) != -1;
    int64_t deadline = deadline_after(timeout_ms);
    while (asked) {
        ssize_t len = accept_from(fd, server, bytes, sizeof bytes, deadline);
        if (len == -1)
            break;
        int64_t t4 = clock(clock_ctx);
        if (timesync_decode(&result->reply, bytes, (size_t)len) == -1)
            continue;
        outcome = judge(result, t1, t4);
        if (outcome == 0 || (errno != ENOMSG && errno != EPROTONOSUPPORT && errno != ESTALE))
            break;
        outcome = -1;
    }
    if (outcome == -1)
        return close_and_fail(fd);
    close(fd);
    return 0;
}

/* ------------------------------------------------------------------------------------------------ CLOCK */

#define PPM ((wide)1000000)

/* Reads the raw clock. It counts only if it has gone on. */
static int64_t read_raw(struct timesync_local_clock *clock) {
    int64_t raw = clock->raw(clock->raw_ctx);
    if (raw > clock->raw_highest)
        clock->raw_highest = raw;
    return clock->raw_highest;
}

/* What is still to make up, with its sign. */
static int64_t still_left(const struct timesync_local_clock *clock) {
    wide made_up = ((wide)clock->raw_highest - clock->raw_then) * clock->options.slew_ppm / PPM,
         left = clock->left_then;
    if (left == 0)
        return 0;
    if (left > 0)
        return (int64_t)(left > made_up ? left - made_up : 0);
    return (int64_t)(-left > made_up ? left + made_up : 0);
}

/* Whether a number is in its limits. A 0 becomes the default. */
static bool settle(int64_t *number, int64_t otherwise, int64_t most) {
    if (*number == 0)
        *number = otherwise;
    return *number >= 1 && *number <= most;
}

int timesync_clock_init(struct timesync_local_clock *clock, timesync_clock *raw, void *raw_ctx,
                        const struct timesync_clock_options *options) {
    struct timesync_clock_options o = {0};
    if (options != NULL)
        o = *options;
    if (!settle(&o.step, 128000000, INT64_MAX) || !settle(&o.slew_ppm, 500, 100000) || !settle(&o.drift_ppm, 15, 1000))
        return fail(EINVAL);
    *clock = (struct timesync_local_clock){
        .raw = raw, .raw_ctx = raw_ctx, .options = o, .raw_highest = raw(raw_ctx), .bound_then = INT64_MAX};
    return 0;
}

/* Before the first synchronisation raw_then, shown_then and left_then are 0. */
int64_t timesync_clock_now(void *ctx) {
    struct timesync_local_clock *clock = ctx;
    wide raw = read_raw(clock);
    return (int64_t)(clock->shown_then + (raw - clock->raw_then) + (clock->left_then - still_left(clock)));
}

static wide rounded_up(wide number, wide divisor) {
    return -divide(-number, divisor);
}

int timesync_clock_sync(struct timesync_local_clock *clock, const struct timesync_result *result) {
    bool step = result->offset >= clock->options.step;
    int64_t shown = timesync_clock_now(clock);
    wide delay = result->delay > 0 ? result->delay : 0, bound = rounded_up(delay, 2);
    bound += rounded_up(result->reply.root_delay * SECOND, (wide)2 << 16);
    bound += rounded_up(result->reply.root_dispersion * SECOND, (wide)1 << 16);
    clock->shown_then = step ? shown + result->offset : shown;
    clock->left_then = step ? 0 : result->offset;
    clock->raw_then = clock->raw_highest;
    clock->bound_then = bound < INT64_MAX ? (int64_t)bound : INT64_MAX;
    return step ? 1 : 0;
}

int64_t timesync_clock_bound(struct timesync_local_clock *clock) {
    if (clock->bound_then == INT64_MAX)
        return INT64_MAX;
    wide raw = read_raw(clock), left = still_left(clock), bound = clock->bound_then;
    bound += (left < 0 ? -left : left) + rounded_up((raw - clock->raw_then) * clock->options.drift_ppm, PPM);
    return bound < INT64_MAX ? (int64_t)bound : INT64_MAX;
}

/* ------------------------------------------------------------------------------------------------ MSG */

/* Reads until the list of blocks is full. Returns how many bytes came before the end, or -1. */
static ssize_t fill(int fd, struct iovec block) {
    size_t wanted = block.iov_len;
    while (block.iov_len > 0) {
        ssize_t got = readv(fd, &block, 1);
        if (got == 0)
            break;
        if (got == -1 && errno == EAGAIN && attend(fd, POLLIN, NO_DEADLINE) == 0)
            continue;
        if (got == -1 && errno == EINTR)
            continue;
        if (got == -1)
            return -1;
        block.iov_base = (char *)block.iov_base + got;
        block.iov_len -= (size_t)got;
    }
    return (ssize_t)(wanted - block.iov_len);
}

/* Writes all blocks. The list is used up. */
static int drain(int fd, struct iovec *blocks, size_t count) {
    struct stat kind;
    bool is_socket = fstat(fd, &kind) == 0 && S_ISSOCK(kind.st_mode);
    for (;;) {
        while (count > 0 && blocks->iov_len == 0) {
            blocks++;
            count--;
        }
        if (count == 0)
            return 0;
        struct msghdr message = {.msg_iov = blocks, .msg_iovlen = count};
        ssize_t put = is_socket ? sendmsg(fd, &message, MSG_NOSIGNAL) : writev(fd, blocks, (int)count);
        if (put == -1 && errno == EAGAIN && attend(fd, POLLOUT, NO_DEADLINE) == 0)
            continue;
        if (put == -1 && errno != EINTR)
            return -1;
        for (size_t i = 0; put > 0; i++) {
            size_t part = (size_t)put < blocks[i].iov_len ? (size_t)put : blocks[i].iov_len;
            blocks[i].iov_base = (char *)blocks[i].iov_base + part;
            blocks[i].iov_len -= part;
            put -= (ssize_t)part;
        }
    }
}

ssize_t stream_read(int fd, void *buf, size_t len) {
    ssize_t got = fill(fd, (struct iovec){buf, len});
    return got <= 0 || (size_t)got == len ? got : fail(EPROTO);
}

int stream_write(int fd, const void *data, size_t len) {
    struct iovec block = {(void *)data, len};
    return len == 0 ? 0 : drain(fd, &block, 1);
}

int stream_send_frame(int fd, const void *data, size_t len) {
    if (len > STREAM_FRAME_MAX)
        return fail(EMSGSIZE);
    uint32_t header = htobe32((uint32_t)len);
    struct iovec blocks[] = {{&header, sizeof header}, {(void *)data, len}};
    return drain(fd, blocks, 2);
}

int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len) {
    uint32_t header;
    ssize_t got = stream_read(fd, &header, sizeof header);
    if (got <= 0)
        return (int)got;
    *len = be32toh(header);
    if (*len <= cap) {
        got = fill(fd, (struct iovec){buf, *len});
        return got == -1 ? -1 : (size_t)got == *len ? 1 : fail(EPROTO);
    }
    char rubbish[512];
    for (size_t left = *len; left > 0; left -= (size_t)got) {
        size_t part = left < sizeof rubbish ? left : sizeof rubbish;
        got = stream_read(fd, rubbish, part);
        if (got <= 0)
            return got == 0 ? fail(EPROTO) : -1;
    }
    return fail(EMSGSIZE);
}
