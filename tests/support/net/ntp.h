/* ntp.h - packets of NTP as plain bytes, without the code under test: reads and writes numbers, and names some moments.
 */
#ifndef SUPPORT_NET_NTP_H
#define SUPPORT_NET_NTP_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "support/core/expect.h"

#define NTP_BYTES 48
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)

/* The offsets of the stamps in a packet. */
enum ntp_offset { NTP_REFERENCE = 16, NTP_ORIGINATE = 24, NTP_RECEIVE = 32, NTP_TRANSMIT = 40 };

/* 2026-01-01 00:00:00 UTC, and the first second of era 1, 2036-02-07 06:28:16 UTC: as moments and stamps. */
#define NEW_YEAR (INT64_C(1767225600) * NS_PER_SECOND)
#define NEW_YEAR_STAMP (UINT64_C(3976214400) << 32)
#define ERA_1 (INT64_C(2085978496) * NS_PER_SECOND)

/* A quarter of a second in a stamp. Four of them make one more second. */
#define QUARTER (UINT64_C(1) << 30)

/* Writes number as size bytes, the most significant first. */
static inline void ntp_put(unsigned char *at, unsigned size, uint64_t number) {
    for (unsigned i = size; i > 0; i--, number >>= 8)
        at[i - 1] = (unsigned char)number;
}

/* Reads a number that ntp_put wrote. */
static inline uint64_t ntp_get(const unsigned char *at, unsigned size) {
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++)
        number = number << 8 | at[i];
    return number;
}

/* A stamp as text: seconds and fraction in hexadecimal. */
static inline const char *ntp_text(uint64_t stamp, char text[18]) {
    snprintf(text, 18, "%08" PRIx64 ".%08" PRIx64, stamp >> 32, stamp & UINT32_MAX);
    return text;
}

/* The stamp must be this one. */
#define expect_stamp(call, expected, ...)                                                                              \
    do {                                                                                                               \
        char got_[18], expected_[18];                                                                                  \
        step("%s", #call);                                                                                             \
        expect_text(ntp_text((call), got_), ntp_text((expected), expected_), __VA_ARGS__);                             \
    } while (0)

#endif
