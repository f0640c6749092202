/* timesync_packet.c - a packet is a row of bits: one table has the width of each field, and two loops walk along it. */
#include <errno.h>
#include <string.h>
#include <timeslice/timesync.h>

#define SECOND 1000000000 /* in nanoseconds */
#define HIGHEST 0x80000000U
#define FIRST ((TIMESYNC_1970 - (int64_t)HIGHEST) * -SECOND) /* the moment of the first stamp, in 1968 */

/* Stamps begin in 1968 with the highest bit set, and the bit flips when era 1 begins. So a stamp is the time since
 * 1968 with its highest bit flipped, in both eras. */
uint64_t timesync_stamp(int64_t moment) {
    uint64_t since = (uint64_t)moment - (uint64_t)FIRST;
    uint32_t seconds = (uint32_t)(since / SECOND) ^ HIGHEST;
    uint64_t fraction = ((since % SECOND << 32) + SECOND / 2) / SECOND; /* at most 2^32 - 4 */
    uint64_t stamp = (uint64_t)seconds << 32 | fraction;
    return stamp > 0 ? stamp : 1;
}

int64_t timesync_moment(uint64_t stamp) {
    uint32_t seconds = (uint32_t)(stamp >> 32) ^ HIGHEST, fraction = (uint32_t)stamp;
    uint64_t nanoseconds = ((uint64_t)fraction * SECOND + HIGHEST) >> 32;
    return FIRST + (int64_t)seconds * SECOND + (int64_t)nanoseconds;
}

/* The fields in the order of the packet, with no gap between them. */
static const struct field {
    size_t place, size; /* in struct timesync_packet, in bytes */
    unsigned bits;      /* in the packet */
} fields[] = {
#define FIELD(name, bits)                                                                                              \
    { offsetof(struct timesync_packet, name), sizeof((struct timesync_packet *)0)->name, bits }
    FIELD(leap, 2),          FIELD(version, 3),    FIELD(mode, 3),        FIELD(stratum, 8),
    FIELD(poll, 8),          FIELD(precision, 8),  FIELD(root_delay, 32), FIELD(root_dispersion, 32),
    FIELD(reference_id, 32), FIELD(reference, 64), FIELD(originate, 64),  FIELD(receive, 64),
    FIELD(transmit, 64),
#undef FIELD
};

static const struct field *const fields_end = fields + sizeof fields / sizeof *fields;

/* A field has the byte order of this machine, so its type says where its lowest byte is. */
static uint64_t load(const struct timesync_packet *packet, const struct field *field) {
    const unsigned char *at = (const unsigned char *)packet + field->place;
    uint32_t four;
    uint64_t eight;
    switch (field->size) {
    case sizeof eight:
        memcpy(&eight, at, sizeof eight);
        return eight;
    case sizeof four:
        memcpy(&four, at, sizeof four);
        return four;
    default:
        return *at;
    }
}

static void store(struct timesync_packet *packet, const struct field *field, uint64_t value) {
    unsigned char *at = (unsigned char *)packet + field->place;
    uint32_t four = (uint32_t)value;
    switch (field->size) {
    case sizeof value:
        memcpy(at, &value, sizeof value);
        break;
    case sizeof four:
        memcpy(at, &four, sizeof four);
        break;
    default:
        *at = (unsigned char)value;
    }
}

void timesync_encode(const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]) {
    unsigned bit = 0;
    memset(bytes, 0, TIMESYNC_PACKET_BYTES);
    for (const struct field *field = fields; field != fields_end; field++) {
        uint64_t value = load(packet, field);
        for (unsigned left = field->bits; left-- > 0; bit++)
            if (value >> left & 1)
                bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
    }
}

int timesync_decode(struct timesync_packet *packet, const void *bytes, size_t len) {
    const unsigned char *from = bytes;
    unsigned bit = 0;
    if (len < TIMESYNC_PACKET_BYTES)
        return errno = EBADMSG, -1;
    for (const struct field *field = fields; field != fields_end; field++) {
        uint64_t value = 0;
        for (unsigned end = bit + field->bits; bit != end; bit++)
            value = value << 1 | (from[bit / 8] >> (7 - bit % 8) & 1);
        store(packet, field, value);
    }
    return 0;
}
