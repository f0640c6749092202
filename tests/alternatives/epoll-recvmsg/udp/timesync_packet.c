/* timesync_packet.c - a struct laid over the bytes, its numbers turned round by htonl; 128 bits for the fractions. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <timeslice/timesync.h>

#define BILLION 1000000000

__extension__ typedef unsigned __int128 wide;

/* What is on the wire: twelve words in network byte order. */
struct words {
    uint32_t head, root_delay, root_dispersion, reference_id;
    uint32_t reference[2], originate[2], receive[2], transmit[2];
};

uint64_t timesync_stamp(int64_t moment) {
    int64_t seconds = moment / BILLION, ns = moment % BILLION;
    if (ns < 0) {
        seconds--;
        ns += BILLION;
    }
    wide units = ((wide)ns << 33) / BILLION; /* half units */
    uint64_t stamp = ((uint64_t)(seconds + TIMESYNC_1970) << 32) + (uint64_t)((units + 1) >> 1);
    return stamp == 0 ? 1 : stamp;
}

int64_t timesync_moment(uint64_t stamp) {
    wide unrolled = stamp;
    if (!(stamp & (uint64_t)1 << 63))
        unrolled += (wide)1 << 64;
    wide ns = (unrolled * BILLION + ((uint64_t)1 << 31)) >> 32; /* since 1900 */
    return (int64_t)(ns - (wide)TIMESYNC_1970 * BILLION);
}

static void split(uint32_t words[2], uint64_t stamp) {
    words[0] = htonl((uint32_t)(stamp >> 32));
    words[1] = htonl((uint32_t)stamp);
}

static uint64_t join(const uint32_t words[2]) {
    return (uint64_t)ntohl(words[0]) << 32 | ntohl(words[1]);
}

void timesync_encode(const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]) {
    struct words w;
    uint32_t first = (packet->leap % 4u * 8 + packet->version % 8u) * 8 + packet->mode % 8u;
    w.head = htonl(first << 24 | (uint32_t)packet->stratum << 16 | (uint32_t)(uint8_t)packet->poll << 8 |
                   (uint8_t)packet->precision);
    w.root_delay = htonl(packet->root_delay);
    w.root_dispersion = htonl(packet->root_dispersion);
    w.reference_id = htonl(packet->reference_id);
    split(w.reference, packet->reference);
    split(w.originate, packet->originate);
    split(w.receive, packet->receive);
    split(w.transmit, packet->transmit);
    memcpy(bytes, &w, sizeof w);
}

int timesync_decode(struct timesync_packet *packet, const void *bytes, size_t len) {
    struct words w;
    if (len < sizeof w) {
        errno = EBADMSG;
        return -1;
    }
    memcpy(&w, bytes, sizeof w);
    uint32_t head = ntohl(w.head);
    packet->leap = head >> 30;
    packet->version = head >> 27 & 7;
    packet->mode = head >> 24 & 7;
    packet->stratum = (uint8_t)(head >> 16);
    packet->poll = (int8_t)(head >> 8);
    packet->precision = (int8_t)head;
    packet->root_delay = ntohl(w.root_delay);
    packet->root_dispersion = ntohl(w.root_dispersion);
    packet->reference_id = ntohl(w.reference_id);
    packet->reference = join(w.reference);
    packet->originate = join(w.originate);
    packet->receive = join(w.receive);
    packet->transmit = join(w.transmit);
    return 0;
}
