/* timesync_server.c - answers a client's request with the time: a handler for udp_serve. */
#include <stdbool.h>
#include <timeslice/timesync.h>

/* UDP-TIME-027: a packet of mode 4 is an answer. If servers answer answers, two of them talk for ever. */
static bool is_question(const struct timesync_packet *request) {
    return request->mode == TIMESYNC_CLIENT && request->version >= 1 && request->version <= TIMESYNC_VERSION;
}

ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    const struct timesync_server *server = ctx;
    int64_t received = server->clock(server->clock_ctx); /* UDP-TIME-023: first of all */
    struct timesync_packet request;
    (void)from;
    /* UDP-TIME-025, UDP-TIME-026 */
    if (timesync_decode(&request, req, len) < 0 || !is_question(&request) || cap < TIMESYNC_PACKET_BYTES)
        return -1;

    struct timesync_packet answer = server->about; /* UDP-TIME-024 */
    answer.mode = TIMESYNC_SERVER;
    answer.version = request.version; /* UDP-TIME-021 */
    answer.poll = request.poll;
    answer.originate = request.transmit; /* UDP-TIME-022: copied bit for bit */
    answer.receive = timesync_stamp(received);
    answer.transmit = timesync_stamp(server->clock(server->clock_ctx)); /* UDP-TIME-023: last of all */
    timesync_encode(&answer, reply);
    return TIMESYNC_PACKET_BYTES;
}
