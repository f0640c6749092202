/* timesync_packet.c - moments and stamps, and the 48 bytes of a packet of NTP.
 *
 * It computes with integers only: a double has 53 bits, and a stamp has 64.
 */
#include <errno.h>
#include <timeslice/timesync.h>

#define NS_PER_SECOND INT64_C(1000000000)

/* UDP-TIME-001, UDP-TIME-003: in era 1 the seconds are 2^32 or more. The shift drops their highest bit, so they begin
 * at 0 again. The numbers are unsigned: the sum is not negative, also for moments before 1970. */
uint64_t timesync_stamp(int64_t moment) {
    uint64_t since_1900 = (uint64_t)moment + (uint64_t)TIMESYNC_1970 * NS_PER_SECOND;
    uint64_t seconds = since_1900 / NS_PER_SECOND, ns = since_1900 % NS_PER_SECOND;
    uint64_t fraction = ((ns << 32) + NS_PER_SECOND / 2) / NS_PER_SECOND;
    uint64_t stamp = (seconds << 32) + fraction;
    return stamp != 0 ? stamp : 1; /* UDP-TIME-004 */
}

int64_t timesync_moment(uint64_t stamp) {
    int64_t seconds = (int64_t)(stamp >> 32);
    int64_t ns = (int64_t)(((stamp & UINT32_MAX) * NS_PER_SECOND + (UINT64_C(1) << 31)) >> 32); /* UDP-TIME-002 */
    if (stamp >> 63 == 0)
        seconds += INT64_C(1) << 32; /* UDP-TIME-003 */
    return (seconds - TIMESYNC_1970) * NS_PER_SECOND + ns;
}

/* Writes number as size bytes, the most significant first: UDP-TIME-005. */
static unsigned char *put(unsigned char *at, uint64_t number, unsigned size) {
    for (unsigned i = 0; i < size; i++)
        at[i] = (unsigned char)(number >> 8 * (size - 1 - i));
    return at + size;
}

/* Reads the number that put has written: UDP-TIME-006. */
static uint64_t get(const unsigned char *at, unsigned size) {
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++)
        number = number << 8 | at[i];
    return number;
}

void timesync_encode(const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]) {
    /* UDP-TIME-007: three fields share the first byte. Each uses only its own bits. */
    bytes[0] = (unsigned char)((packet->leap & 3) << 6 | (packet->version & 7) << 3 | (packet->mode & 7));
    bytes[1] = packet->stratum;
    bytes[2] = (unsigned char)packet->poll;
    bytes[3] = (unsigned char)packet->precision;
    unsigned char *at = bytes + 4;
    at = put(at, packet->root_delay, 4);
    at = put(at, packet->root_dispersion, 4);
    at = put(at, packet->reference_id, 4);
    at = put(at, packet->reference, 8);
    at = put(at, packet->originate, 8);
    at = put(at, packet->receive, 8);
    put(at, packet->transmit, 8);
}

int timesync_decode(struct timesync_packet *packet, const void *bytes, size_t len) {
    if (len < TIMESYNC_PACKET_BYTES) { /* UDP-TIME-008; UDP-TIME-009: more bytes are allowed */
        errno = EBADMSG;
        return -1;
    }
    const unsigned char *at = bytes;
    *packet = (struct timesync_packet){
        .leap = at[0] >> 6,
        .version = at[0] >> 3 & 7,
        .mode = at[0] & 7,
        .stratum = at[1],
        .poll = (int8_t)at[2],
        .precision = (int8_t)at[3],
        .root_delay = (uint32_t)get(at + 4, 4),
        .root_dispersion = (uint32_t)get(at + 8, 4),
        .reference_id = (uint32_t)get(at + 12, 4),
        .reference = get(at + 16, 8),
        .originate = get(at + 24, 8),
        .receive = get(at + 32, 8),
        .transmit = get(at + 40, 8),
    };
    return 0;
}
