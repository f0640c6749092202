/* timesync_server.c - answers a request with the time. */
#include <timeslice/timesync.h>

ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    struct timesync_server *server = ctx;
    uint64_t arrived = timesync_stamp(server->clock(server->clock_ctx));
    struct timesync_packet asked, told = server->about;
    (void)from;
    if (cap < TIMESYNC_PACKET_BYTES || timesync_decode(&asked, req, len) != 0 || asked.mode != TIMESYNC_CLIENT)
        return -1;
    if (asked.version == 0 || asked.version > 4)
        return -1;
    told.transmit = 0;
    told.mode = TIMESYNC_SERVER;
    told.version = asked.version;
    told.poll = asked.poll;
    told.originate = asked.transmit;
    told.receive = arrived;
    timesync_encode(&told, reply);
    uint64_t leaves = timesync_stamp(server->clock(server->clock_ctx));
    for (unsigned char *last = (unsigned char *)reply + TIMESYNC_PACKET_BYTES - 1; leaves != 0; leaves >>= 8)
        *last-- = leaves & 0xff;
    return TIMESYNC_PACKET_BYTES;
}
