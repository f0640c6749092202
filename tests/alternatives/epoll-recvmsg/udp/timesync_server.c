/* timesync_server.c - the reply is the request, read, changed and written. */
#include <timeslice/timesync.h>

ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    struct timesync_server *self = ctx;
    uint64_t came = timesync_stamp(self->clock(self->clock_ctx));
    struct timesync_packet packet;
    (void)from;
    if (cap < TIMESYNC_PACKET_BYTES || timesync_decode(&packet, req, len) == -1)
        return -1;
    if (packet.mode != TIMESYNC_CLIENT || packet.version == 0 || packet.version > 4)
        return -1;
    packet.mode = TIMESYNC_SERVER;
    packet.leap = self->about.leap;
    packet.stratum = self->about.stratum;
    packet.precision = self->about.precision;
    packet.root_delay = self->about.root_delay;
    packet.root_dispersion = self->about.root_dispersion;
    packet.reference_id = self->about.reference_id;
    packet.reference = self->about.reference;
    packet.originate = packet.transmit;
    packet.receive = came;
    packet.transmit = timesync_stamp(self->clock(self->clock_ctx));
    timesync_encode(&packet, reply);
    return TIMESYNC_PACKET_BYTES;
}
