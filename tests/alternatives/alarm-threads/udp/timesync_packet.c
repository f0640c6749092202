/* timesync_packet.c - the bytes one after another, from a place that moves on. */
#include <errno.h>
#include <string.h>
#include <timeslice/timesync.h>

enum { NS = 1000000000 };

uint64_t timesync_stamp(int64_t moment) {
    int64_t seconds = moment / NS, ns = moment % NS;
    if (ns < 0) {
        ns += NS;
        seconds--;
    }
    uint64_t fraction = (((uint64_t)ns << 32) + NS / 2) / NS;
    uint64_t stamp = ((uint64_t)(seconds + TIMESYNC_1970) << 32) + fraction;
    return stamp ? stamp : 1;
}

int64_t timesync_moment(uint64_t stamp) {
    int64_t seconds = (int64_t)(stamp >> 32);
    uint64_t ns = ((stamp & UINT32_MAX) * NS + (UINT64_C(1) << 31)) >> 32;
    if (!(stamp & UINT64_C(1) << 63))
        seconds += INT64_C(1) << 32;
    return (seconds - TIMESYNC_1970) * NS + (int64_t)ns;
}

static void put(unsigned char **place, uint64_t value, int bytes) {
    while (bytes-- > 0)
        *(*place)++ = (unsigned char)(value >> 8 * bytes);
}

static uint64_t get(const unsigned char **place, int bytes) {
    uint64_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | *(*place)++;
    return value;
}

void timesync_encode(const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]) {
    unsigned char *place = bytes;
    put(&place, (packet->leap & 3u) * 64 + (packet->version & 7u) * 8 + (packet->mode & 7u), 1);
    put(&place, packet->stratum, 1);
    put(&place, (uint8_t)packet->poll, 1);
    put(&place, (uint8_t)packet->precision, 1);
    put(&place, packet->root_delay, 4);
    put(&place, packet->root_dispersion, 4);
    put(&place, packet->reference_id, 4);
    put(&place, packet->reference, 8);
    put(&place, packet->originate, 8);
    put(&place, packet->receive, 8);
    put(&place, packet->transmit, 8);
}

int timesync_decode(struct timesync_packet *packet, const void *bytes, size_t len) {
    const unsigned char *place = bytes;
    if (len < TIMESYNC_PACKET_BYTES) {
        errno = EBADMSG;
        return -1;
    }
    unsigned first = (unsigned)get(&place, 1);
    memset(packet, 0, sizeof *packet);
    packet->leap = (uint8_t)(first / 64);
    packet->version = first / 8 % 8;
    packet->mode = first % 8;
    packet->stratum = (uint8_t)get(&place, 1);
    packet->poll = (int8_t)get(&place, 1);
    packet->precision = (int8_t)get(&place, 1);
    packet->root_delay = (uint32_t)get(&place, 4);
    packet->root_dispersion = (uint32_t)get(&place, 4);
    packet->reference_id = (uint32_t)get(&place, 4);
    packet->reference = get(&place, 8);
    packet->originate = get(&place, 8);
    packet->receive = get(&place, 8);
    packet->transmit = get(&place, 8);
    return 0;
}
