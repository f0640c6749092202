/* timesync_judge.c - offset and delay of four moments, and which replies are good. */
#include <string.h>
#include <timeslice/timesync.h>

#include "support/core/expect.h"
#include "support/core/seed.h"
#include "support/core/written.h"
#include "support/net/ntp.h"

/* The moment that is ms milliseconds after the new year. */
static int64_t at_ms(int64_t ms) {
    return NEW_YEAR + ms * NS_PER_MS;
}

Test(timesync_offset, is_positive_where_the_server_is_ahead, .timeout = 3,
     .description = "UDP-TIME-010: a server 200 ms ahead, one behind, and two unequal ways") {
    expect_int(timesync_offset(at_ms(0), at_ms(215), at_ms(216), at_ms(31)), 200 * NS_PER_MS,
               "the offset: 15 ms there, 15 ms back, a server that is 200 ms ahead");
    expect_int(timesync_offset(at_ms(0), at_ms(-185), at_ms(-184), at_ms(31)), -200 * NS_PER_MS,
               "the offset: the same with a server that is 200 ms behind");
    expect_int(timesync_offset(at_ms(0), at_ms(25), at_ms(25), at_ms(30)), 10 * NS_PER_MS,
               "the offset: 25 ms there, 5 ms back, equal clocks; half of the difference looks like an offset");
}

Test(timesync_offset, spans_decades, .timeout = 3,
     .description = "UDP-TIME-010: a clock in 1970 and a server in 2095, and the reverse") {
    const int64_t wrong = 5 * NS_PER_SECOND, right = ERA_1 + 60 * 365 * 86400 * NS_PER_SECOND;
    expect_int(timesync_offset(wrong, right + 10, right + 10, wrong + 20), right - wrong,
               "the offset: a clock in 1970 asks a server in 2095");
    expect_int(timesync_offset(right, wrong + 10, wrong + 10, right + 20), wrong - right,
               "the offset: a clock in 2095 asks a server in 1970");
}

/* The first and the last moment that have a stamp. */
#define FIRST_MOMENT (-61505152 * NS_PER_SECOND)
#define LAST_MOMENT (INT64_C(4233462143) * NS_PER_SECOND + 999999999)
#define ALL_TIME (LAST_MOMENT - FIRST_MOMENT)

/* The code under test halves this sum of the two differences. */
static void expect_half(int64_t there, int64_t back) {
    int64_t t1 = NEW_YEAR, t4 = NEW_YEAR + 5000, half = timesync_offset(t1, t1 + there, t4 + back, t4);
    int64_t twice = 2 * half - (there + back);
    expect_true(twice >= -1 && twice <= 1, "half of %lld + %lld ns is %lld ns, and the offset is %lld ns",
                (long long)there, (long long)back, (long long)((there + back) / 2), (long long)half);
}

Test(timesync_offset, is_halved_once, .timeout = 3,
     .description = "UDP-TIME-010: every pair of differences from -5 to 5 ns") {
    for (int64_t there = -5; there <= 5; there++)
        for (int64_t back = -5; back <= 5; back++)
            expect_half(there, back);
    expect_half(NS_PER_SECOND + 1, NS_PER_SECOND + 1);
    expect_half(-NS_PER_SECOND - 1, -NS_PER_SECOND - 1);
}

Test(timesync_offset, spans_all_time, .timeout = 3,
     .description = "UDP-TIME-010a UDP-TIME-010: between the first and the last moment that have a stamp") {
    const int64_t first = FIRST_MOMENT, last = LAST_MOMENT;
    expect_int(timesync_offset(first, last, last, first), ALL_TIME, "the offset: a clock in 1968, a server in 2104");
    expect_int(timesync_offset(last, first, first, last), -ALL_TIME, "the offset: a clock in 2104, a server in 1968");
    expect_int(timesync_offset(first, first, last, last), 0, "the offset: both clocks go from 1968 to 2104");
    expect_int(timesync_offset(last, last, last, last), 0, "the offset: all four moments are the last one");
    expect_int(timesync_offset(first, first, first, first), 0, "the offset: all four moments are the first one");
}

/* Random moments of both eras, and the sums in a type that is wide enough. */
Test(timesync_offset, is_exact_to_the_nanosecond, .timeout = 3,
     .description = "UDP-TIME-010 UDP-TIME-010a: 1000 random moments of both eras") {
    struct dice dice = dice_for("moments");
    unsigned wrong = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t t[4];
        for (int k = 0; k < 4; k++)
            t[k] = FIRST_MOMENT + (int64_t)(dice_roll(&dice) % (uint64_t)ALL_TIME);
        int64_t sum = (t[1] - t[0]) + (t[2] - t[3]), half = timesync_offset(t[0], t[1], t[2], t[3]);
        wrong += half != sum / 2 && half != sum / 2 + sum % 2; /* half a nanosecond up or down */
    }
    expect_int(wrong, 0, "how many of 1000 offsets are wrong");
}

Test(timesync_delay, spans_all_time, .timeout = 3,
     .description = "UDP-TIME-011b UDP-TIME-011a UDP-TIME-011: the longest delay, the most negative one, and 1 ns") {
    const int64_t first = FIRST_MOMENT, last = LAST_MOMENT;
    expect_int(timesync_delay(first, last, first, last), 2 * ALL_TIME,
               "the delay: from 1968 to 2104 here, from 2104 back to 1968 there");
    expect_int(timesync_delay(last, first, last, first), -2 * ALL_TIME, "the delay: the reverse, which is negative");
    expect_int(timesync_delay(first, first, last, last), 0, "the delay: the same time passes here and there");
    expect_int(timesync_delay(0, NEW_YEAR, NEW_YEAR, 1), 1, "the delay: 1 ns here, nothing there");
    expect_int(timesync_delay(0, NEW_YEAR, NEW_YEAR + 1, 0), -1, "the delay: nothing here, 1 ns there");
}

Test(timesync_delay, leaves_out_what_the_server_took, .timeout = 3,
     .description = "UDP-TIME-011: delays of 30 ms and 20 ms, and a negative one") {
    expect_int(timesync_delay(at_ms(0), at_ms(215), at_ms(216), at_ms(31)), 30 * NS_PER_MS,
               "the delay: 31 ms pass here, 1 ms passes there, with any offset");
    expect_int(timesync_delay(at_ms(0), at_ms(10), at_ms(90), at_ms(100)), 20 * NS_PER_MS,
               "the delay: 100 ms here, 80 ms there");
    expect_int(timesync_delay(at_ms(0), at_ms(0), at_ms(3), at_ms(2)), -NS_PER_MS,
               "the delay: 2 ms here, 3 ms there, so it is negative");
}

#define SENT (NEW_YEAR_STAMP + 12345)

/* A reply without a fault. */
static struct timesync_packet good(void) {
    return (struct timesync_packet){
        .version = 4,
        .mode = TIMESYNC_SERVER,
        .stratum = 1,
        .originate = SENT,
        .receive = NEW_YEAR_STAMP + QUARTER,
        .transmit = NEW_YEAR_STAMP + 2 * QUARTER,
    };
}

/* Checks a reply that differs from a good one in one field. */
#define expect_verdict(field, value, error, ...)                                                                       \
    do {                                                                                                               \
        struct timesync_packet reply = good();                                                                         \
        reply.field = (value);                                                                                         \
        step("a reply whose %s is %lld", #field, (long long)reply.field);                                              \
        if (error)                                                                                                     \
            expect_error(timesync_check(&reply, SENT), (error), "calling timesync_check: " __VA_ARGS__);               \
        else                                                                                                           \
            expect_success(timesync_check(&reply, SENT), "calling timesync_check: " __VA_ARGS__);                      \
    } while (0)

Test(timesync_check, accepts_leap_0, .timeout = 3, .description = "UDP-TIME-012: a good reply with leap 0") {
    expect_verdict(leap, TIMESYNC_AS_USUAL, 0, "leap 0, no leap second is near");
}

Test(timesync_check, accepts_leap_seconds, .timeout = 3,
     .description = "UDP-TIME-012: good replies with leap 1 and 2") {
    expect_verdict(leap, TIMESYNC_61_SECONDS, 0, "leap 1, the day ends with a leap second");
    expect_verdict(leap, TIMESYNC_59_SECONDS, 0, "leap 2, the day ends a second early");
}

/* What a reply may say without harm. */
Test(timesync_check, accepts_what_is_not_a_fault, .timeout = 3,
     .description = "UDP-TIME-012a UDP-TIME-012b UDP-TIME-012: the largest and smallest values of the other fields") {
    struct timesync_packet faultless = good();
    expect_int(timesync_check(&faultless, SENT), 0, "calling timesync_check for a reply without a fault");
    faultless.leap = TIMESYNC_61_SECONDS;
    expect_int(timesync_check(&faultless, SENT), 0, "calling timesync_check for a reply with leap 1");
    faultless.leap = TIMESYNC_59_SECONDS;
    expect_int(timesync_check(&faultless, SENT), 0, "calling timesync_check for a reply with leap 2");
    expect_verdict(poll, -128, 0, "the smallest poll interval");
    expect_verdict(poll, 127, 0, "the largest poll interval");
    expect_verdict(precision, 127, 0, "a clock that is not precise at all");
    expect_verdict(precision, -128, 0, "a clock that is too precise");
    expect_verdict(root_delay, UINT32_MAX, 0, "a long way to the root");
    expect_verdict(root_dispersion, UINT32_MAX, 0, "a clock that may be wrong by hours");
    expect_verdict(reference_id, 0, 0, "no reference identifier");
    expect_verdict(reference_id, 0x52415445, 0, "RATE as the reference identifier of a server of stratum 1");
    expect_verdict(reference, 0, 0, "a clock that was never set");
    expect_verdict(reference, UINT64_MAX, 0, "a clock that was set in the future");
    expect_verdict(receive, 0, 0, "no time of the request");
    expect_verdict(receive, UINT64_MAX, 0, "a request that came after its reply");
    expect_verdict(transmit, UINT64_MAX, 0, "the last moment of era 0");
}

Test(timesync_check, wants_its_own_transmit_back, .timeout = 3,
     .description = "UDP-TIME-013: the right originate; then the last bit wrong, the first bit wrong, and 0") {
    expect_verdict(originate, SENT, 0, "originate is our transmit");
    expect_verdict(originate, SENT ^ 1, ESTALE, "the last bit of originate differs");
    expect_verdict(originate, SENT ^ (UINT64_C(1) << 63), ESTALE, "the first bit of originate differs");
    expect_verdict(originate, 0, ESTALE, "originate is 0");
}

/* How many replies get this errno (0: are accepted), if the field takes all these values. */
#define count_verdicts(field, first, last, error, counted)                                                             \
    do {                                                                                                               \
        counted = 0;                                                                                                   \
        for (unsigned value = (first); value <= (last); value++) {                                                     \
            struct timesync_packet reply = good();                                                                     \
            reply.field = (uint8_t)value;                                                                              \
            errno = 0;                                                                                                 \
            int verdict = timesync_check(&reply, SENT);                                                                \
            counted += (error) ? verdict == -1 && errno == (error) : verdict != -1;                                    \
        }                                                                                                              \
    } while (0)

Test(timesync_check, compares_every_bit, .timeout = 3,
     .description = "UDP-TIME-013: each of the 64 bits wrong, then other stamps of the request and the reply") {
    for (unsigned bit = 0; bit < 64; bit++)
        expect_verdict(originate, SENT ^ UINT64_C(1) << bit, ESTALE, "one bit of originate differs");
    expect_verdict(originate, SENT + QUARTER, ESTALE, "originate is the reply's receive");
    struct timesync_packet reply = good();
    expect_success(timesync_check(&reply, SENT), "calling timesync_check with its transmit");
    reply.originate = UINT64_MAX;
    expect_success(timesync_check(&reply, UINT64_MAX), "calling timesync_check with a transmit of all ones");
    reply.originate = 1;
    expect_success(timesync_check(&reply, 1), "calling timesync_check with a transmit of 1");
}

Test(timesync_check, knows_every_mode, .timeout = 3, .description = "UDP-TIME-014: all eight modes") {
    unsigned below, above;
    count_verdicts(mode, 0, 3, ENOMSG, below);
    count_verdicts(mode, 5, 7, ENOMSG, above);
    expect_int(below, 4, "how many of the modes 0 to 3 fail with ENOMSG");
    expect_int(above, 3, "how many of the modes 5 to 7 fail with ENOMSG");
    expect_verdict(mode, TIMESYNC_SERVER, 0, "mode 4");
}

Test(timesync_check, knows_every_version, .timeout = 3, .description = "UDP-TIME-015: all eight versions") {
    unsigned known, unknown;
    count_verdicts(version, 1, 4, 0, known);
    count_verdicts(version, 5, 7, EPROTONOSUPPORT, unknown);
    expect_int(known, 4, "how many of the versions 1 to 4 are accepted");
    expect_int(unknown, 3, "how many of the versions 5 to 7 fail with EPROTONOSUPPORT");
    expect_verdict(version, 0, EPROTONOSUPPORT, "version 0");
}

Test(timesync_check, knows_every_stratum, .timeout = 3, .description = "UDP-TIME-017: all 256 strata") {
    unsigned good_ones, bad_ones;
    count_verdicts(stratum, 1, 15, 0, good_ones);
    count_verdicts(stratum, 16, 255, ENOLINK, bad_ones);
    expect_int(good_ones, 15, "how many of the strata 1 to 15 are accepted");
    expect_int(bad_ones, 240, "how many of the strata 16 to 255 fail with ENOLINK");
}

Test(timesync_check, needs_no_code_for_a_kiss, .timeout = 3,
     .description = "UDP-TIME-016a UDP-TIME-016: stratum 0 with several reference identifiers") {
    static const uint32_t identifiers[] = {0, 0x52415445, 0x44454e59, 0x494e4954, 0x47505300, 0x7f000001, UINT32_MAX};
    for (size_t i = 0; i < sizeof identifiers / sizeof identifiers[0]; i++) {
        struct timesync_packet reply = good();
        reply.stratum = 0;
        reply.reference_id = identifiers[i];
        expect_error(timesync_check(&reply, SENT), EACCES, "calling timesync_check for reference identifier 0x%08x",
                     (unsigned)identifiers[i]);
    }
}

Test(timesync_check, wants_a_servers_mode, .timeout = 3, .description = "UDP-TIME-014: replies with modes 3, 5 and 0") {
    expect_verdict(mode, TIMESYNC_CLIENT, ENOMSG, "mode 3, the client's own request that comes back");
    expect_verdict(mode, 5, ENOMSG, "mode 5, a broadcast");
    expect_verdict(mode, 0, ENOMSG, "mode 0, which is reserved");
}

Test(timesync_check, wants_a_version_that_it_knows, .timeout = 3,
     .description = "UDP-TIME-015: versions 1 and 3, then 0, 5 and 7") {
    expect_verdict(version, 1, 0, "version 1");
    expect_verdict(version, 3, 0, "version 3");
    expect_verdict(version, 0, EPROTONOSUPPORT, "version 0");
    expect_verdict(version, 5, EPROTONOSUPPORT, "version 5");
    expect_verdict(version, 7, EPROTONOSUPPORT, "version 7");
}

Test(timesync_check, reports_a_kiss_of_death, .timeout = 3, .description = "UDP-TIME-016: stratum 1, then stratum 0") {
    expect_verdict(stratum, 1, 0, "stratum 1");
    expect_verdict(stratum, 0, EACCES, "stratum 0");
}

Test(timesync_check, reports_a_server_without_the_time, .timeout = 3,
     .description = "UDP-TIME-017: a reply with leap 3") {
    expect_verdict(leap, TIMESYNC_UNSYNCHRONISED, ENOLINK, "leap 3");
}

Test(timesync_check, reports_a_stratum_beyond_all, .timeout = 3, .description = "UDP-TIME-017: strata 15, 16 and 255") {
    expect_verdict(stratum, 15, 0, "stratum 15");
    expect_verdict(stratum, 16, ENOLINK, "stratum 16");
    expect_verdict(stratum, 255, ENOLINK, "stratum 255");
}

Test(timesync_check, reports_a_reply_without_time, .timeout = 3,
     .description = "UDP-TIME-018: transmits with seconds or fraction alone, and 1, then transmit 0") {
    expect_verdict(transmit, NEW_YEAR_STAMP, 0, "a transmit at a full second");
    expect_verdict(transmit, QUARTER, 0, "a transmit in the first second of era 1");
    expect_verdict(transmit, 1, 0, "transmit 1, the first moment of era 1");
    expect_verdict(transmit, 0, ENODATA, "transmit 0, no time");
}

/* The faults of the table, in its order. */
static const struct fault {
    const char *name;
    int error;
} faults[] = {{"mode 3", ENOMSG},  {"version 0", EPROTONOSUPPORT}, {"a wrong originate", ESTALE}, {"stratum 0", EACCES},
              {"leap 3", ENOLINK}, {"transmit 0", ENODATA}};
enum { FAULTS = sizeof faults / sizeof faults[0] };

/* The errno of timesync_check for a reply with these two faults, or 0. */
static int verdict_of(size_t one, size_t other) {
    struct timesync_packet reply = good();
    size_t both[] = {one, other};
    for (int i = 0; i < 2; i++) {
        switch (both[i]) {
        case 0:
            reply.mode = TIMESYNC_CLIENT;
            break;
        case 1:
            reply.version = 0;
            break;
        case 2:
            reply.originate = SENT ^ 1;
            break;
        case 3:
            reply.stratum = 0;
            break;
        case 4:
            reply.leap = TIMESYNC_UNSYNCHRONISED;
            break;
        default:
            reply.transmit = 0;
        }
    }
    return timesync_check(&reply, SENT) == -1 ? errno : 0;
}

/* If a fault alone gets a wrong errno, that is the matter of another clause. */
Test(timesync_check, keeps_the_order_for_each_pair, .timeout = 3,
     .description = "UDP-TIME-019: each of the 15 pairs of faults") {
    expect_written(timesync_check(&(struct timesync_packet){0}, SENT));
    for (size_t first = 0; first < FAULTS; first++) {
        for (size_t second = first + 1; second < FAULTS; second++) {
            int got = verdict_of(first, second);
            bool alone = verdict_of(first, first) == faults[first].error;
            expect_true(!alone || got == faults[first].error, "a reply with %s and %s gets %s, and got %s",
                        faults[first].name, faults[second].name, strerror(faults[first].error), strerror(got));
        }
    }
}

/* The reference identifier must have this kiss code. */
static void expect_kiss(uint32_t reference_id, const char *expected, const char *what) {
    struct timesync_packet reply = {.reference_id = reference_id};
    char code[6] = "#####";
    step("timesync_kiss of reference identifier 0x%08x", (unsigned)reference_id);
    timesync_kiss(&reply, code);
    code[5] = '\0';
    expect_text(code, expected, "the kiss code: %s", what);
}

Test(timesync_kiss, tells_the_code_as_text, .timeout = 3,
     .description = "UDP-TIME-020: known codes, a short one, an escape sequence and other bytes") {
    expect_kiss(0x52415445, "RATE", "RATE, you ask too often");
    expect_kiss(0x44454e59, "DENY", "DENY, you may not ask");
    expect_kiss(0x47505300, "GPS", "three letters and a zero byte");
    expect_kiss(0x1b5b324a, "?[2J", "an escape sequence");
    expect_kiss(0x00ff7f41, "", "no characters before the zero byte");
    expect_kiss(0x41ff7f20, "A?? ", "bytes that are not ASCII");
}

/* Each byte value at each of the four places, and no zero byte before it. */
Test(timesync_kiss, looks_at_every_byte, .timeout = 3,
     .description = "UDP-TIME-020a UDP-TIME-020: each of 256 bytes at each of the four places") {
    unsigned right = 0;
    for (unsigned at = 0; at < 4; at++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            struct timesync_packet reply = {.reference_id = 0x41424344};
            char code[5], expected[5] = "ABCD";
            reply.reference_id &= ~(UINT32_C(0xff) << 8 * (3 - at));
            reply.reference_id |= (uint32_t)byte << 8 * (3 - at);
            expected[at] = (char)(byte == 0 || (byte >= ' ' && byte <= '~') ? byte : '?');
            memset(code, '#', sizeof code);
            timesync_kiss(&reply, code);
            right += strncmp(code, expected, sizeof code) == 0;
        }
    }
    expect_int(right, 4 * 256, "how many of 1024 kiss codes are right");
}

Test(timesync_kiss, looks_at_nothing_else, .timeout = 3,
     .description = "UDP-TIME-020b UDP-TIME-020c UDP-TIME-020d: no code, other strata, and the bytes behind") {
    struct timesync_packet reply = {.stratum = 2, .mode = TIMESYNC_CLIENT, .leap = 1, .reference_id = 0x44454e59};
    char code[16];
    memset(code, '#', sizeof code);
    step("timesync_kiss of a reply of stratum 2");
    timesync_kiss(&reply, code);
    expect_text(code, "DENY", "the code of a reply of stratum 2");
    expect_bytes(code + 5, sizeof code - 5, "###########", sizeof code - 5, "the bytes behind the code");
    reply = (struct timesync_packet){.stratum = 0, .mode = TIMESYNC_SERVER, .reference_id = 0};
    timesync_kiss(&reply, code);
    expect_text(code, "", "the code of a reply without one");
    reply.reference_id = 0x52000000;
    timesync_kiss(&reply, code);
    expect_text(code, "R", "a code of one character");
    expect_bytes(code + 5, sizeof code - 5, "###########", sizeof code - 5, "the bytes behind the code");
}
