/* timesync_packet.c - byte shifts written out; seconds and fractions kept apart, and rounded by remainders. */
#include <errno.h>
#include <string.h>
#include <timeslice/timesync.h>

#define BILLION 1000000000LL

static void be32(unsigned char *b, uint32_t n) {
    b[0] = n >> 24;
    b[1] = n >> 16 & 0xff;
    b[2] = n >> 8 & 0xff;
    b[3] = n & 0xff;
}

static uint32_t rd32(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void be64(unsigned char *b, uint64_t n) {
    be32(b, n >> 32);
    be32(b + 4, n & 0xffffffff);
}

static uint64_t rd64(const unsigned char *b) {
    return (uint64_t)rd32(b) << 32 | rd32(b + 4);
}

uint64_t timesync_stamp(int64_t moment) {
    long long ns = (moment % BILLION + BILLION) % BILLION;
    uint32_t seconds = (uint32_t)((moment - ns) / BILLION + TIMESYNC_1970);
    uint64_t units = (uint64_t)ns << 32, fraction = units / BILLION;
    if (units % BILLION * 2 >= BILLION)
        fraction++;
    uint64_t stamp = ((uint64_t)seconds << 32) + fraction;
    return stamp ? stamp : 1;
}

int64_t timesync_moment(uint64_t stamp) {
    long long seconds = (long long)(stamp >> 32) - TIMESYNC_1970;
    uint64_t product = (stamp & 0xffffffff) * BILLION;
    long long ns = (long long)(product >> 32) + (long long)(product >> 31 & 1);
    if (stamp < 0x8000000000000000)
        seconds += 0x100000000;
    return seconds * BILLION + ns;
}

void timesync_encode(const struct timesync_packet *p, unsigned char bytes[TIMESYNC_PACKET_BYTES]) {
    memset(bytes, 0, TIMESYNC_PACKET_BYTES);
    bytes[0] |= p->mode & 0x07;
    bytes[0] |= (p->version & 0x07) << 3;
    bytes[0] |= (p->leap & 0x03) << 6;
    bytes[1] = p->stratum;
    memcpy(bytes + 2, &p->poll, 1);
    memcpy(bytes + 3, &p->precision, 1);
    be32(bytes + 4, p->root_delay);
    be32(bytes + 8, p->root_dispersion);
    be32(bytes + 12, p->reference_id);
    be64(bytes + 16, p->reference);
    be64(bytes + 24, p->originate);
    be64(bytes + 32, p->receive);
    be64(bytes + 40, p->transmit);
}

int timesync_decode(struct timesync_packet *p, const void *bytes, size_t len) {
    const unsigned char *b = bytes;
    if (len < TIMESYNC_PACKET_BYTES)
        return errno = EBADMSG, -1;
    memset(p, 0, sizeof *p);
    p->leap = (b[0] & 0xc0) >> 6;
    p->version = (b[0] & 0x38) >> 3;
    p->mode = b[0] & 0x07;
    p->stratum = b[1];
    memcpy(&p->poll, b + 2, 1);
    memcpy(&p->precision, b + 3, 1);
    p->root_delay = rd32(b + 4);
    p->root_dispersion = rd32(b + 8);
    p->reference_id = rd32(b + 12);
    p->reference = rd64(b + 16);
    p->originate = rd64(b + 24);
    p->receive = rd64(b + 32);
    p->transmit = rd64(b + 40);
    return 0;
}
