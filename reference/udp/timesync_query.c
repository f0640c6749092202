/* timesync_query.c - asks a server for the time once, and accepts only its answer.
 *
 * Theory of operation: each query has its own socket, which is connected to the server. So the kernel drops datagrams
 * of strangers and reports a refusal. The request has a stamp, and the answer must send it back. Any other datagram is
 * ignored. Then the wait goes on until the deadline, which was set before the request was sent.
 */
#include <errno.h>
#include <stdbool.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "connected.h"
#include "ready.h"

/* One query that has no answer yet. */
struct question {
    int fd;
    timesync_clock *clock;
    void *clock_ctx;
    deadline end;
    int64_t t1;
};

/* Sends the request, with T1 in it. */
static int ask(struct question *q) {
    struct timesync_packet request = {.version = TIMESYNC_VERSION, .mode = TIMESYNC_CLIENT}; /* UDP-TIME-028 */
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    ssize_t sent;
    do {
        q->t1 = q->clock(q->clock_ctx);
        request.transmit = timesync_stamp(q->t1);
        timesync_encode(&request, bytes);
        sent = send(q->fd, bytes, sizeof bytes, 0);
    } while (sent < 0 && errno == EINTR); /* UDP-TIME-036 */
    return sent < 0 ? -1 : 0;
}

/* Waits for a datagram and reads the clock: T4. Returns the number of bytes in bytes, or -1 and errno. */
static ssize_t take(const struct question *q, void *bytes, size_t cap, int64_t *t4) {
    for (;;) {
        ssize_t length = recv(q->fd, bytes, cap, MSG_DONTWAIT);
        if (length >= 0)
            *t4 = q->clock(q->clock_ctx);
        if (length >= 0 || (errno != EAGAIN && errno != EINTR)) /* UDP-TIME-035 */
            return length;
        if (wait_until(q->fd, q->end) < 0)
            return -1;
    }
}

/* Is this the errno of a reply that answers us, but without a usable time? */
static bool is_final(int fault) {
    return fault == EACCES || fault == ENOLINK || fault == ENODATA;
}

/* Fills in *result from the reply in it: UDP-TIME-029. UDP-TIME-030: a moment knows its era. */
static void conclude(struct timesync_result *result, int64_t t1, int64_t t4) {
    int64_t t2 = timesync_moment(result->reply.receive), t3 = timesync_moment(result->reply.transmit);
    result->offset = timesync_offset(t1, t2, t3, t4);
    result->delay = timesync_delay(t1, t2, t3, t4);
    result->moment = t3;
}

/* Takes datagrams until one is the answer, or until the time is up. Other datagrams do not extend it (UDP-TIME-033). */
static int listen_for_answer(const struct question *q, struct timesync_result *result) {
    do {
        unsigned char bytes[TIMESYNC_PACKET_BYTES]; /* an extension does not fit and is dropped: UDP-TIME-009 */
        int64_t t4;
        ssize_t length = take(q, bytes, sizeof bytes, &t4);
        if (length < 0)
            return -1;
        struct timesync_packet reply;
        if (timesync_decode(&reply, bytes, (size_t)length) < 0)
            continue; /* UDP-TIME-032 */
        int verdict = timesync_check(&reply, timesync_stamp(q->t1));
        if (verdict < 0 && !is_final(errno))
            continue; /* UDP-TIME-032 */
        result->reply = reply;
        if (verdict == 0)
            conclude(result, q->t1, t4);
        else if (errno == EACCES)
            timesync_kiss(&reply, result->kiss);
        return verdict; /* UDP-TIME-031 */
    } while (deadline_left_ms(q->end) != 0);
    errno = ETIMEDOUT;
    return -1;
}

int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result) {
    *result = (struct timesync_result){0};
    struct question q = {.fd = connect_to(server), .clock = clock, .clock_ctx = clock_ctx};
    if (q.fd < 0)
        return -1;
    q.end = deadline_after(timeout_ms);
    int verdict = ask(&q);
    if (verdict == 0)
        verdict = listen_for_answer(&q, result);
    int reason = errno;
    close(q.fd); /* UDP-TIME-038 */
    errno = reason;
    return verdict;
}
