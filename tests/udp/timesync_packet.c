/* timesync_packet.c - moments, stamps, and the 48 bytes of a packet. */
#include <stdlib.h>
#include <string.h>
#include <timeslice/timesync.h>

#include "support/core/expect.h"
#include "support/core/fence.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/net/ntp.h"

Test(timesync_stamp, counts_from_1900_in_units_of_2_to_the_minus_32, .timeout = 3,
     .description = "UDP-TIME-001: moments in 1970 and 2026, one before 1970, and single nanoseconds") {
    const int64_t just_before_1970 = -NS_PER_SECOND / 4;
    expect_stamp(timesync_stamp(0), UINT64_C(0x83aa7e8000000000), "the stamp of 1970-01-01 00:00:00 UTC");
    expect_stamp(timesync_stamp(NEW_YEAR + NS_PER_SECOND / 4), NEW_YEAR_STAMP + QUARTER,
                 "the stamp of 2026-01-01 00:00:00.25 UTC");
    expect_stamp(timesync_stamp(just_before_1970), UINT64_C(0x83aa7e7fc0000000),
                 "the stamp of a quarter of a second before 1970");
    expect_stamp(timesync_stamp(NEW_YEAR + 1), NEW_YEAR_STAMP + 4, "the stamp 1 ns later: 1 ns is 4.29 units");
    expect_stamp(timesync_stamp(NEW_YEAR + 2), NEW_YEAR_STAMP + 9, "the stamp 2 ns later: 2 ns are 8.59 units");
    expect_stamp(timesync_stamp(NEW_YEAR + 999999999), NEW_YEAR_STAMP + UINT64_C(0xfffffffc),
                 "the stamp 1 ns before a full second");
}

/* The first and the last second that have stamps, as moments. */
#define FIRST_SECOND (-61505152 * NS_PER_SECOND)
#define LAST_SECOND (INT64_C(4233462143) * NS_PER_SECOND)

/* A random moment of era 0. The other era is the matter of UDP-TIME-003. */
static int64_t any_moment(struct dice *dice) {
    return FIRST_SECOND + (int64_t)(dice_roll(dice) % (uint64_t)(ERA_1 - FIRST_SECOND));
}

/* The stamp of a moment, by the kit's own arithmetic. */
static uint64_t stamp_of(int64_t moment) {
    uint64_t seconds = (uint64_t)(moment - FIRST_SECOND) / NS_PER_SECOND;
    uint64_t ns = (uint64_t)(moment - FIRST_SECOND) % NS_PER_SECOND;
    uint64_t stamp = ((seconds + (UINT64_C(1) << 31)) << 32) + ((ns << 33) + NS_PER_SECOND) / (2 * NS_PER_SECOND);
    return stamp != 0 ? stamp : 1;
}

Test(timesync_stamp, follows_one_rule_before_and_after_1970, .timeout = 3,
     .description = "UDP-TIME-001a UDP-TIME-001: nanoseconds and seconds around 1970, and 1000 random moments") {
    struct dice dice = dice_for("stamps");
    unsigned right = 0;
    expect_stamp(timesync_stamp(-1), UINT64_C(0x83aa7e7ffffffffc), "the stamp 1 ns before 1970");
    expect_stamp(timesync_stamp(1), UINT64_C(0x83aa7e8000000004), "the stamp 1 ns after the beginning of 1970");
    expect_stamp(timesync_stamp(-NS_PER_SECOND), UINT64_C(0x83aa7e7f00000000), "the stamp a second before 1970");
    expect_stamp(timesync_stamp(-NS_PER_SECOND - 1), UINT64_C(0x83aa7e7efffffffc), "the stamp 1 ns earlier");
    expect_stamp(timesync_stamp(FIRST_SECOND), UINT64_C(1) << 63, "the stamp of the first moment that has one");
    for (int i = 0; i < 1000; i++) {
        int64_t moment = any_moment(&dice);
        right += timesync_stamp(moment) == stamp_of(moment);
    }
    expect_int(right, 1000, "how many of 1000 random moments get the right stamp");
}

Test(timesync_stamp, tells_neighbours_apart, .timeout = 3,
     .description = "UDP-TIME-001b: 1000 random moments, each with the next nanosecond") {
    struct dice dice = dice_for("neighbours");
    unsigned apart = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t moment = any_moment(&dice);
        apart += timesync_stamp(moment + 1) - timesync_stamp(moment) - 4 <= 1; /* 4 or 5 units */
    }
    expect_int(apart, 1000, "how many of 1000 pairs of neighbours are 4 or 5 units apart");
}

Test(timesync_moment, brings_every_moment_back, .timeout = 3,
     .description = "UDP-TIME-002: 1000 random moments, also before 1970, and 1000 random stamps") {
    struct dice dice = dice_for("there and back");
    unsigned kept = 0, nearest = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t moment = any_moment(&dice);
        uint64_t stamp = dice_roll(&dice) | UINT64_C(1) << 63;
        kept += timesync_moment(timesync_stamp(moment)) == moment;
        int64_t before = ((int64_t)(stamp >> 32) - 2208988800) * NS_PER_SECOND;
        int64_t ns = timesync_moment(stamp) - before;
        int64_t wrong = (int64_t)((stamp & UINT32_MAX) * NS_PER_SECOND) - ns * (INT64_C(1) << 32); /* in ns / 2^32 */
        nearest += wrong >= INT32_MIN && wrong <= -(int64_t)INT32_MIN;
    }
    expect_int(timesync_moment(timesync_stamp(-1)), -1, "1 ns before 1970, there and back");
    expect_int(timesync_moment(UINT64_C(0x83aa7e7f80000000)), -NS_PER_SECOND / 2, "half a second before 1970");
    expect_int(kept, 1000, "how many of 1000 moments are the moment of their stamp");
    expect_int(nearest, 1000, "how many of 1000 stamps give the nearest nanosecond");
}

/* Converts a thousand random moments to stamps and back. Returns how many come back unchanged. */
static unsigned kept_moments(void) {
    struct dice dice = dice_for("moments");
    unsigned kept = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t moment =
            (int64_t)(dice_roll(&dice) % UINT64_C(2000000000)) * NS_PER_SECOND + dice_below(&dice, 1000000000);
        kept += timesync_moment(timesync_stamp(moment)) == moment;
    }
    return kept;
}

Test(timesync_moment, is_the_nearest_nanosecond, .timeout = 3,
     .description = "UDP-TIME-002: five stamps, and 1000 random moments there and back") {
    expect_int(timesync_moment(NEW_YEAR_STAMP), NEW_YEAR, "the moment of the stamp of 2026-01-01 00:00:00 UTC");
    expect_int(timesync_moment(NEW_YEAR_STAMP - QUARTER), NEW_YEAR - NS_PER_SECOND / 4,
               "the moment a quarter of a second earlier");
    expect_int(timesync_moment(NEW_YEAR_STAMP + 2), NEW_YEAR, "the moment 2 units later: 2 units are 0.47 ns");
    expect_int(timesync_moment(NEW_YEAR_STAMP + 3), NEW_YEAR + 1, "the moment 3 units later: 3 units are 0.70 ns");
    expect_int(timesync_moment(NEW_YEAR_STAMP + UINT32_MAX), NEW_YEAR + NS_PER_SECOND,
               "the moment 1 unit before a full second");
    expect_int(kept_moments(), 1000, "how many of 1000 moments are the moment of their stamp");
}

Test(timesync_stamp, begins_again_in_2036, .timeout = 3,
     .description = "UDP-TIME-003: moments right before and after the end of era 0, and 2104") {
    expect_stamp(timesync_stamp(ERA_1 - NS_PER_SECOND / 4), UINT64_C(0xffffffffc0000000),
                 "the stamp of the last quarter of a second of era 0");
    expect_stamp(timesync_stamp(ERA_1 + NS_PER_SECOND), UINT64_C(1) << 32, "the stamp of 2036-02-07 06:28:17 UTC");
    expect_stamp(timesync_stamp(ERA_1 + 2147483647 * NS_PER_SECOND), UINT64_C(0x7fffffff) << 32,
                 "the stamp of a moment in 2104");
}

Test(timesync_moment, knows_the_era_by_the_highest_bit, .timeout = 3,
     .description = "UDP-TIME-003: stamps of both eras, among them the first and the last") {
    const int64_t year_1968 = -61505152 * NS_PER_SECOND;
    expect_int(timesync_moment(UINT64_C(0x8000000000000000)), year_1968, "the first moment that has a stamp");
    expect_int(timesync_moment(UINT64_C(0xffffffff40000000)), ERA_1 - 3 * NS_PER_SECOND / 4,
               "the moment of a stamp in the last second of era 0");
    expect_int(timesync_moment(UINT64_C(0x0000000140000000)), ERA_1 + 5 * NS_PER_SECOND / 4,
               "the moment of a stamp early in era 1");
    expect_int(timesync_moment(UINT64_C(0x7fffffff00000000)), ERA_1 + 2147483647 * NS_PER_SECOND,
               "the moment of a stamp in 2104");
}

Test(timesync_moment, changes_the_era_between_two_stamps, .timeout = 3,
     .description = "UDP-TIME-003: the last stamp of each era, and the first seconds on both sides") {
    expect_int(timesync_moment(UINT64_MAX), ERA_1, "the moment of the last stamp of era 0, rounded up");
    expect_int(timesync_moment(UINT64_C(0xffffffff00000000)), ERA_1 - NS_PER_SECOND, "the last second of era 0");
    expect_int(timesync_moment(UINT64_C(0x0000000000000005)), ERA_1 + 1, "a nanosecond after era 1 began");
    expect_int(timesync_moment(UINT64_C(0x7fffffffffffffff)), LAST_SECOND + NS_PER_SECOND, "the last stamp of era 1");
    expect_int(timesync_moment(UINT64_C(0x8000000000000005)), FIRST_SECOND + 1,
               "a nanosecond after era 0's first stamp");
    expect_stamp(timesync_stamp(LAST_SECOND + 999999999), UINT64_C(0x7ffffffffffffffc), "the stamp of the last moment");
    expect_stamp(timesync_stamp(ERA_1 - 1), UINT64_C(0xfffffffffffffffc), "the stamp 1 ns before era 1");
    expect_stamp(timesync_stamp(ERA_1 + 1), 4, "the stamp 1 ns after era 1 began");
    struct dice dice = dice_for("eras");
    unsigned right = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t seconds = (int64_t)(dice_roll(&dice) >> 32); /* since the first second of era 0's second half */
        uint64_t stamp = (uint64_t)(seconds + (INT64_C(1) << 31)) << 32;
        right += timesync_moment(stamp) == FIRST_SECOND + seconds * NS_PER_SECOND;
    }
    expect_int(right, 1000, "how many of 1000 full seconds of both eras have the right moment");
}

Test(timesync_stamp, is_never_0, .timeout = 3,
     .description = "UDP-TIME-004: 2036-02-07 06:28:16 UTC, to a stamp and back") {
    expect_stamp(timesync_stamp(ERA_1), 1,
                 "the stamp of 2036-02-07 06:28:16 UTC, whose seconds and fraction would be 0");
    expect_int(timesync_moment(1), ERA_1, "the moment of stamp 1");
}

/* A packet in which no two bytes are equal, and its bytes on the wire. */
static const struct timesync_packet sample = {
    .leap = TIMESYNC_59_SECONDS,
    .version = 3,
    .mode = 5,
    .stratum = 0x02,
    .poll = 6,
    .precision = -23,
    .root_delay = 0x10111213,
    .root_dispersion = 0x14151617,
    .reference_id = 0x47505300,
    .reference = UINT64_C(0x2021222324252627),
    .originate = UINT64_C(0x303132333435363f),
    .receive = UINT64_C(0xf0f1f2f3f4f5f6f7),
    .transmit = UINT64_C(0x8081828384858687),
};
static const unsigned char sample_bytes[NTP_BYTES] = {
    0x9d, 0x02, 0x06, 0xe9, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x47, 0x50, 0x53, 0x00,
    0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x3f,
    0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
};

Test(timesync_encode, writes_the_packet_most_significant_byte_first, .timeout = 3,
     .description = "UDP-TIME-005: a packet whose bytes all differ, compared byte by byte") {
    unsigned char *bytes = malloc(NTP_BYTES);
    require(bytes != NULL, "find memory");
    memset(bytes, '#', NTP_BYTES);
    step("timesync_encode with a packet in which no two bytes are equal");
    timesync_encode(&sample, bytes);
    expect_bytes(bytes, NTP_BYTES, sample_bytes, NTP_BYTES, "the 48 bytes of the packet");
    free(bytes);
}

static void expect_sample(const struct timesync_packet *packet) {
    expect_int(packet->leap, sample.leap, "its leap indicator");
    expect_int(packet->version, sample.version, "its version");
    expect_int(packet->mode, sample.mode, "its mode");
    expect_int(packet->stratum, sample.stratum, "its stratum");
    expect_int(packet->poll, sample.poll, "its poll interval");
    expect_int(packet->precision, sample.precision, "its precision, which is negative");
    expect_int(packet->root_delay, sample.root_delay, "its root delay");
    expect_int(packet->root_dispersion, sample.root_dispersion, "its root dispersion");
    expect_int(packet->reference_id, sample.reference_id, "its reference identifier");
    expect_stamp(packet->reference, sample.reference, "its reference stamp");
    expect_stamp(packet->originate, sample.originate, "its originate stamp");
    expect_stamp(packet->receive, sample.receive, "its receive stamp");
    expect_stamp(packet->transmit, sample.transmit, "its transmit stamp");
}

/* The fields of a packet, each with its place in the bytes. */
#define FIELDS(FIELD)                                                                                                  \
    FIELD(stratum, 1, 1)                                                                                               \
    FIELD(poll, 2, 1)                                                                                                  \
    FIELD(precision, 3, 1)                                                                                             \
    FIELD(root_delay, 4, 4)                                                                                            \
    FIELD(root_dispersion, 8, 4)                                                                                       \
    FIELD(reference_id, 12, 4)                                                                                         \
    FIELD(reference, NTP_REFERENCE, 8)                                                                                 \
    FIELD(originate, NTP_ORIGINATE, 8)                                                                                 \
    FIELD(receive, NTP_RECEIVE, 8)                                                                                     \
    FIELD(transmit, NTP_TRANSMIT, 8)

/* Each value of poll and precision. All other fields are 0. */
Test(timesync_encode, writes_signed_numbers, .timeout = 3,
     .description = "UDP-TIME-005a UDP-TIME-005: each of 256 values of poll and precision") {
    unsigned right = 0;
    for (int value = -128; value < 128; value++) {
        unsigned char bytes[NTP_BYTES], expected[NTP_BYTES] = {0};
        struct timesync_packet packet = {.poll = (int8_t)value, .precision = (int8_t)-value};
        expected[2] = (unsigned char)value;
        expected[3] = (unsigned char)-value;
        memset(bytes, '#', sizeof bytes);
        timesync_encode(&packet, bytes);
        right += memcmp(bytes, expected, sizeof bytes) == 0;
    }
    expect_int(right, 256, "how many of 256 packets with a poll and a precision are right");
}

/* A packet with one field that has only ones, and only zeros around it. */
#define EXPECT_ENCODED(field, at, size)                                                                                \
    do {                                                                                                               \
        struct timesync_packet packet = {0};                                                                           \
        memset(&packet.field, 0xff, sizeof packet.field);                                                              \
        memset(expected, 0, NTP_BYTES);                                                                                \
        memset(expected + (at), 0xff, (size));                                                                         \
        memset(bytes, '#', sizeof bytes);                                                                              \
        timesync_encode(&packet, bytes);                                                                               \
        expect_bytes(bytes, NTP_BYTES, expected, NTP_BYTES, "the bytes of a packet with only ones in " #field);        \
        expect_bytes(bytes + NTP_BYTES, 16, "################", 16, "the bytes behind the packet");                    \
    } while (0);

Test(timesync_encode, writes_each_field_alone, .timeout = 3,
     .description = "UDP-TIME-005 UDP-TIME-005a UDP-TIME-005b: each field alone with only ones, and 16 bytes behind") {
    unsigned char bytes[NTP_BYTES + 16], expected[NTP_BYTES];
    FIELDS(EXPECT_ENCODED)
}

/* Reads the packet again, field by field. */
#define EXPECT_DECODED(field, at, size)                                                                                \
    do {                                                                                                               \
        struct timesync_packet packet, empty = {0}, expected = {0};                                                    \
        unsigned char bytes[NTP_BYTES] = {0};                                                                          \
        memset(&packet, 0xa5, sizeof packet);                                                                          \
        memset(bytes + (at), 0xff, (size));                                                                            \
        memset(&expected.field, 0xff, sizeof expected.field);                                                          \
        expect_int(timesync_decode(&packet, bytes, NTP_BYTES), 0, "calling timesync_decode: only ones in " #field);    \
        expect_true(packet.field == expected.field, #field " has only ones");                                          \
        packet.field = 0;                                                                                              \
        expect_true(same_packet(&packet, &empty), "all fields except " #field " are 0");                               \
    } while (0);

static bool same_packet(const struct timesync_packet *a, const struct timesync_packet *b) {
#define SAME(field, at, size) &&a->field == b->field
    return a->leap == b->leap && a->version == b->version && a->mode == b->mode FIELDS(SAME);
}

Test(timesync_decode, reads_each_field_alone, .timeout = 3,
     .description = "UDP-TIME-006 UDP-TIME-006b UDP-TIME-006c: each field alone with only ones, then all first bytes") {
    FIELDS(EXPECT_DECODED)
    unsigned right = 0;
    for (unsigned first = 0; first < 256; first++) {
        struct timesync_packet packet;
        unsigned char bytes[NTP_BYTES] = {(unsigned char)first, 0, (unsigned char)first, (unsigned char)~first};
        memset(&packet, 0xa5, sizeof packet);
        right += timesync_decode(&packet, bytes, NTP_BYTES) == 0 && packet.leap == first >> 6 &&
                 packet.version == (first >> 3 & 7) && packet.mode == (first & 7) && packet.poll == (int8_t)first &&
                 packet.precision == (int8_t)~first;
    }
    expect_int(right, 256, "how many of 256 packets with another first byte, poll and precision are right");
}

Test(timesync_decode, reads_at_any_address, .timeout = 3,
     .description = "UDP-TIME-006a: a packet at each of 16 addresses in a row") {
    for (size_t at = 0; at < 16; at++) {
        struct timesync_packet packet;
        unsigned char *block = malloc(NTP_BYTES + at);
        require(block != NULL, "find memory");
        memcpy(block + at, sample_bytes, NTP_BYTES);
        expect_int(timesync_decode(&packet, block + at, NTP_BYTES), 0, "calling timesync_decode at offset %zu", at);
        expect_true(same_packet(&packet, &sample), "every field is right at offset %zu", at);
        free(block);
    }
}

/* The packet is at an odd address. In a larger buffer that can happen. */
Test(timesync_decode, reads_the_packet, .timeout = 3,
     .description = "UDP-TIME-006 UDP-TIME-006a: a packet at an odd address, field by field") {
    struct timesync_packet packet;
    unsigned char *block = malloc(NTP_BYTES + 1);
    require(block != NULL, "find memory");
    memcpy(block + 1, sample_bytes, NTP_BYTES);
    expect_int(timesync_decode(&packet, block + 1, NTP_BYTES), 0, "calling timesync_decode with 48 bytes");
    expect_sample(&packet);
    free(block);
}

Test(timesync_encode, keeps_each_field_to_its_bits, .timeout = 3,
     .description = "UDP-TIME-007: leap 0xfd, version 0xfa and mode 0xfc") {
    unsigned char bytes[NTP_BYTES];
    struct timesync_packet wide = {.leap = 0xfd, .version = 0xfa, .mode = 0xfc};
    memset(bytes, '#', sizeof bytes);
    step("timesync_encode with leap 0xfd, version 0xfa and mode 0xfc");
    timesync_encode(&wide, bytes);
    expect_int(bytes[0], 1 << 6 | 2 << 3 | 4, "the first byte: leap 1, version 2, mode 4");
}

/* Each value of each of the three fields. The others are 0, or have only ones. */
Test(timesync_encode, keeps_every_value_to_its_bits, .timeout = 3,
     .description = "UDP-TIME-007: each of 256 values of leap, version and mode, alone and beside only ones") {
    unsigned right = 0;
    for (unsigned value = 0; value < 256; value++) {
        unsigned char bytes[NTP_BYTES];
        timesync_encode(&(struct timesync_packet){.leap = (uint8_t)value}, bytes);
        right += bytes[0] == (value & 3) << 6 && bytes[1] == 0;
        timesync_encode(&(struct timesync_packet){.version = (uint8_t)value}, bytes);
        right += bytes[0] == (value & 7) << 3 && bytes[1] == 0;
        timesync_encode(&(struct timesync_packet){.mode = (uint8_t)value}, bytes);
        right += bytes[0] == (value & 7) && bytes[1] == 0;
        timesync_encode(&(struct timesync_packet){.leap = 0xff, .version = (uint8_t)value, .mode = 0xff}, bytes);
        right += bytes[0] == (0xc7 | (value & 7) << 3) && bytes[1] == 0;
    }
    expect_int(right, 4 * 256, "how many of 1024 first bytes are right");
}

Test(timesync_decode, refuses_every_short_packet, .timeout = 3,
     .description = "UDP-TIME-008 UDP-TIME-008a: each length from 0 to 47, behind which no byte may be read") {
    for (size_t len = 0; len < NTP_BYTES; len++) {
        struct timesync_packet packet = sample;
        unsigned char *bytes = fenced(len);
        memset(bytes, 0x24, len);
        expect_error(timesync_decode(&packet, bytes, len), EBADMSG, "calling timesync_decode with %zu bytes", len);
        expect_true(same_packet(&packet, &sample), "no field has changed after %zu bytes", len);
        fenced_free(bytes, len);
    }
}

Test(timesync_decode, refuses_a_short_packet, .timeout = 3,
     .description = "UDP-TIME-008 UDP-TIME-008b: 47 bytes, 1 byte, and NULL with none") {
    struct timesync_packet packet = sample;
    unsigned char *bytes = malloc(NTP_BYTES - 1);
    require(bytes != NULL, "find memory");
    memset(bytes, 0x24, NTP_BYTES - 1);
    expect_error(timesync_decode(&packet, bytes, NTP_BYTES - 1), EBADMSG, "calling timesync_decode with 47 bytes");
    expect_error(timesync_decode(&packet, bytes, 1), EBADMSG, "calling timesync_decode with a single byte");
    expect_error(timesync_decode(&packet, NULL, 0), EBADMSG, "calling timesync_decode with an empty datagram");
    expect_sample(&packet);
    free(bytes);
}

Test(timesync_decode, takes_a_long_packet, .timeout = 3, .description = "UDP-TIME-009: 49, 68 and 1024 bytes") {
    struct timesync_packet packet = {0}, alone = {0};
    unsigned char bytes[1024];
    memset(bytes, 0xee, sizeof bytes);
    memcpy(bytes, sample_bytes, NTP_BYTES);
    timesync_decode(&alone, bytes, NTP_BYTES);
    expect_int(timesync_decode(&packet, bytes, NTP_BYTES + 1), 0, "calling timesync_decode with 49 bytes");
    expect_int(timesync_decode(&packet, bytes, NTP_BYTES + 20), 0,
               "calling timesync_decode with a packet and a digest of 20 bytes");
    expect_int(timesync_decode(&packet, bytes, sizeof bytes), 0, "calling timesync_decode with 1024 bytes");
    expect_true(same_packet(&packet, &alone), "the packet is the same as without the bytes behind it");
}
