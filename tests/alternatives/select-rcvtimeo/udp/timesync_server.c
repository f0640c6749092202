/* timesync_server.c - the reply is complete except for its last eight bytes when the clock is read again. */
#include <endian.h>
#include <string.h>
#include <timeslice/timesync.h>

ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    const struct timesync_server *self = ctx;
    const int64_t came = self->clock(self->clock_ctx);
    struct timesync_packet asked;
    (void)from;
    if (timesync_decode(&asked, req, len) < 0 || cap < TIMESYNC_PACKET_BYTES)
        return -1;
    if (asked.mode != TIMESYNC_CLIENT || asked.version < 1 || asked.version > 4)
        return -1;
    const struct timesync_packet answer = {
        .leap = self->about.leap,
        .version = asked.version,
        .mode = TIMESYNC_SERVER,
        .stratum = self->about.stratum,
        .poll = asked.poll,
        .precision = self->about.precision,
        .root_delay = self->about.root_delay,
        .root_dispersion = self->about.root_dispersion,
        .reference_id = self->about.reference_id,
        .reference = self->about.reference,
        .originate = asked.transmit,
        .receive = timesync_stamp(came),
    };
    unsigned char *bytes = reply;
    timesync_encode(&answer, bytes);
    const uint64_t transmit = htobe64(timesync_stamp(self->clock(self->clock_ctx)));
    memcpy(bytes + TIMESYNC_PACKET_BYTES - sizeof transmit, &transmit, sizeof transmit);
    return TIMESYNC_PACKET_BYTES;
}
