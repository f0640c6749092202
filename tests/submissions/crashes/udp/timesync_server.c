/* timesync_server.c - looks at the request's bytes and copies eight of them; only the reply becomes a packet. */
#include <string.h>
#include <timeslice/timesync.h>

ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    const struct timesync_server *server = ctx;
    const unsigned char *asked = req;
    int64_t t2 = server->clock(server->clock_ctx);
    (void)from;
    if (len < TIMESYNC_PACKET_BYTES || cap < TIMESYNC_PACKET_BYTES)
        return -1;
    unsigned version = asked[0] >> 3 & 7;
    if ((asked[0] & 7) != TIMESYNC_CLIENT || version < 1 || version > 4)
        return -1;
    struct timesync_packet told = server->about;
    told.version = (uint8_t)version;
    told.mode = TIMESYNC_SERVER;
    told.poll = (int8_t)asked[2];
    told.receive = timesync_stamp(t2);
    told.transmit = timesync_stamp(server->clock(server->clock_ctx));
    unsigned char bytes[TIMESYNC_PACKET_BYTES];
    timesync_encode(&told, bytes);
    memcpy(bytes + 24, asked + 40, 8);
    memcpy(reply, bytes, sizeof bytes);
    return sizeof bytes;
}
