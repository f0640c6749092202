/* timesync_judge.c - offset and delay of four moments, and which replies are good. */
#include <string.h>
#include <timeslice/timesync.h>

#include "support/core/expect.h"
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
            expect_int(timesync_check(&reply, SENT), 0, "calling timesync_check: " __VA_ARGS__);                       \
    } while (0)

Test(timesync_check, accepts_leap_0, .timeout = 3, .description = "UDP-TIME-012: a good reply with leap 0") {
    expect_verdict(leap, TIMESYNC_AS_USUAL, 0, "leap 0, no leap second is near");
}

Test(timesync_check, accepts_leap_seconds, .timeout = 3,
     .description = "UDP-TIME-012: good replies with leap 1 and 2") {
    expect_verdict(leap, TIMESYNC_61_SECONDS, 0, "leap 1, the day ends with a leap second");
    expect_verdict(leap, TIMESYNC_59_SECONDS, 0, "leap 2, the day ends a second early");
}

Test(timesync_check, wants_its_own_transmit_back, .timeout = 3,
     .description = "UDP-TIME-013: the right originate; then the last bit wrong, the first bit wrong, and 0") {
    expect_verdict(originate, SENT, 0, "originate is our transmit");
    expect_verdict(originate, SENT ^ 1, ESTALE, "the last bit of originate differs");
    expect_verdict(originate, SENT ^ (UINT64_C(1) << 63), ESTALE, "the first bit of originate differs");
    expect_verdict(originate, 0, ESTALE, "originate is 0");
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
     .description = "UDP-TIME-018: transmit 1, then transmit 0") {
    expect_verdict(transmit, 1, 0, "transmit 1, the first moment of era 1");
    expect_verdict(transmit, 0, ENODATA, "transmit 0, no time");
}

/* Each step corrects the fault that was reported, until there is none. */
Test(timesync_check, tells_the_first_fault_first, .timeout = 3,
     .description = "UDP-TIME-019: a reply with every fault, then one fault less each time") {
    struct timesync_packet reply = {.leap = TIMESYNC_UNSYNCHRONISED, .mode = 6};
    expect_error(timesync_check(&reply, SENT), ENOMSG,
                 "calling timesync_check with a reply in which everything is wrong");
    reply.mode = TIMESYNC_SERVER;
    expect_error(timesync_check(&reply, SENT), EPROTONOSUPPORT, "calling timesync_check after its mode was corrected");
    reply.version = 4;
    expect_error(timesync_check(&reply, SENT), ESTALE, "calling timesync_check after its version was corrected");
    reply.originate = SENT;
    expect_error(timesync_check(&reply, SENT), EACCES, "calling timesync_check after its originate was corrected");
    reply.stratum = 1;
    expect_error(timesync_check(&reply, SENT), ENOLINK, "calling timesync_check after its stratum was corrected");
    reply.leap = TIMESYNC_AS_USUAL;
    expect_error(timesync_check(&reply, SENT), ENODATA,
                 "calling timesync_check after its leap indicator was corrected");
    reply.transmit = NEW_YEAR_STAMP;
    expect_int(timesync_check(&reply, SENT), 0, "calling timesync_check after its transmit was corrected");
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
