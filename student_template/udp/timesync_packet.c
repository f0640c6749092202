/* timesync_packet.c - moments and stamps, and the 48 bytes of a packet of NTP.
 *
 * Spec: spec/udp.md, area TIME. Each function below is a stub: it compiles, does nothing and earns nothing.
 */
#include <errno.h>
#include <timeslice/timesync.h>

/* The stamp of a moment.
 *
 * - UDP-TIME-001: to the nearest unit
 * - UDP-TIME-003: in both eras
 * - UDP-TIME-004: never 0
 */
uint64_t timesync_stamp(int64_t moment) {
    (void)moment;
    return 0;
}

/* The moment of a stamp.
 *
 * - UDP-TIME-002: to the nearest nanosecond
 * - UDP-TIME-003: in both eras
 */
int64_t timesync_moment(uint64_t stamp) {
    (void)stamp;
    return 0;
}

/* Writes the 48 bytes of a packet.
 *
 * - UDP-TIME-005: the layout
 * - UDP-TIME-007: each field keeps to its own bits
 */
void timesync_encode(const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]) {
    (void)packet;
    (void)bytes;
}

/* Reads a packet from the bytes that have arrived.
 *
 * - UDP-TIME-006: the layout
 * - UDP-TIME-008: too few bytes
 * - UDP-TIME-009: more bytes than a packet
 */
int timesync_decode(struct timesync_packet *packet, const void *bytes, size_t len) {
    (void)packet;
    (void)bytes;
    (void)len;
    errno = ENOSYS;
    return -1;
}
