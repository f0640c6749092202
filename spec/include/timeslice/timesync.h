/* timesync.h - the UDP lab's contract for area TIME: the packet of NTP, a server that tells the time, a client that
 * asks.
 *
 * A *moment* is a number of nanoseconds since 1970-01-01 00:00:00 UTC, without leap seconds: an int64_t. A *stamp* is
 * the form in the packet: a uint64_t. Its upper 32 bits are seconds since 1900-01-01. Its lower 32 bits are the
 * fraction of a second, in units of 2^-32 s. No function asks the system for the date: the caller passes in a clock.
 * The clauses are in spec/udp.md, area TIME. Source: RFC 4330, RFC 5905. The end of this file is area CLOCK: a clock
 * that runs on its own between two answers.
 */
#ifndef TIMESLICE_TIMESYNC_H
#define TIMESLICE_TIMESYNC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <timeslice/udp.h>

#define TIMESYNC_PORT 123        /* where public time servers listen; ours may listen anywhere */
#define TIMESYNC_PACKET_BYTES 48 /* the length of a packet, without extensions */
#define TIMESYNC_VERSION 4       /* the version of timesync_query; versions 1 to 4 have the same 48 bytes */

/* Seconds from 1900-01-01, where stamps begin, to 1970-01-01, where moments begin. */
#define TIMESYNC_1970 2208988800

/* Who sends a packet. */
enum timesync_mode { TIMESYNC_CLIENT = 3, TIMESYNC_SERVER = 4 };

/* The leap indicator: how long the last minute of the day is, or that the server does not know the time. */
enum timesync_leap { TIMESYNC_AS_USUAL, TIMESYNC_61_SECONDS, TIMESYNC_59_SECONDS, TIMESYNC_UNSYNCHRONISED };

/* The fields of a packet, in the byte order of this machine. */
struct timesync_packet {
    uint8_t leap;             /* 2 bits */
    uint8_t version;          /* 3 bits */
    uint8_t mode;             /* 3 bits */
    uint8_t stratum;          /* 1: has its own clock, 2: asks a server of stratum 1, ...; 0: a kiss-o'-death */
    int8_t poll;              /* how often a client asks: every 2^poll seconds */
    int8_t precision;         /* how fine the clock is: 2^precision seconds */
    uint32_t root_delay;      /* to the root clock and back, in units of 2^-16 s */
    uint32_t root_dispersion; /* how wrong the server may be, in units of 2^-16 s */
    uint32_t reference_id;    /* four characters, first one in the top byte: clock type or kiss code */
    uint64_t reference;       /* stamp: when the server's clock was last set */
    uint64_t originate;       /* stamp: the request's transmit, T1 */
    uint64_t receive;         /* stamp: when the request came, T2 */
    uint64_t transmit;        /* stamp: when this packet was sent: T1 in a request, T3 in a reply */
};

/* Returns the moment now. Any thread may call it. It cannot fail. */
typedef int64_t timesync_clock(void *ctx);

/* The ctx of the udp_handler timesync_answer. */
struct timesync_server {
    timesync_clock *clock;
    void *clock_ctx;
    struct timesync_packet about; /* leap, stratum, precision, root_*, reference_id and reference go into each reply */
};

/* What one query found out. */
struct timesync_result {
    int64_t offset;               /* what to add to our clock to get the server's, in nanoseconds */
    int64_t delay;                /* how long both packets were under way together, in nanoseconds */
    int64_t moment;               /* the server's time when it answered: T3 */
    struct timesync_packet reply; /* as it came */
    char kiss[5];                 /* the kiss code of a reply with stratum 0 and a final NUL; otherwise "" */
};

/* The stamp of a moment, to the nearest unit. It is never 0, because 0 means "no time". The moment is not before
 * 1968-01-20 03:14:08 UTC, and it is before 2104-02-26 09:42:24 UTC. */
uint64_t timesync_stamp(int64_t moment);

/* The moment of a stamp, to the nearest nanosecond. A stamp whose highest bit is set is in era 0 and counts from
 * 1900-01-01. Any other stamp is in era 1 and counts from 2036-02-07 06:28:16 UTC (RFC 4330 section 3). */
int64_t timesync_moment(uint64_t stamp);

/* Writes the 48 bytes of a packet. If a field is wider in the struct than in the packet, its lowest bits are sent. */
void timesync_encode(const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]);

/* Reads a packet from the first TIMESYNC_PACKET_BYTES of the len bytes. Bytes after them are an extension, which is
 * ignored. Returns 0. Errors: EBADMSG: there are fewer bytes, and *packet does not change. */
int timesync_decode(struct timesync_packet *packet, const void *bytes, size_t len);

/* ((T2 - T1) + (T3 - T4)) / 2: how far the server's clock is ahead of ours, in nanoseconds. All four are moments. */
int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4);

/* (T4 - T1) - (T3 - T2): how long both packets were under way, in nanoseconds. It may be negative. */
int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4);

/* Is this the answer to our request, and does it tell the time? The argument sent is our request's transmit. Returns 0,
 * or -1 with the errno of the first line that applies. These do not answer our request:
 * - ENOMSG: the mode is not 4.
 * - EPROTONOSUPPORT: the version is not 1 to 4.
 * - ESTALE: originate is not sent.
 *
 * These answer it without a usable time:
 * - EACCES: stratum 0, a kiss-o'-death.
 * - ENOLINK: leap 3 or a stratum above 15. The server does not know the time itself.
 * - ENODATA: transmit is 0. */
int timesync_check(const struct timesync_packet *reply, uint64_t sent);

/* Writes the four characters of reference_id and a final NUL to code. A byte that is not printable ASCII becomes '?'. A
 * zero byte ends the code. */
void timesync_kiss(const struct timesync_packet *reply, char code[5]);

/* A udp_handler whose ctx is a struct timesync_server. It answers a client's request with the time. It reads the clock
 * twice: first of all, and last of all. Returns TIMESYNC_PACKET_BYTES, or -1 for no reply. There is no reply if:
 * - the request is shorter than a packet,
 * - its mode is not 3, or its version is not 1 to 4,
 * - or cap is less than a packet. */
ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap);

/* Asks *server once, and puts what it finds out in *result. It reads clock(clock_ctx) for T1 before it sends the
 * request, and for T4 after it received the answer. It ignores a datagram that does not
 * answer our request (timesync_check, EBADMSG of timesync_decode, another sender). Such a datagram does not extend the
 * wait. It waits for timeout_ms milliseconds, as udp_recv does. Returns 0. Errors:
 * - EACCES, ENOLINK, ENODATA: as for timesync_check. Then reply of *result is set. With EACCES kiss is the code.
 *   With the other two it is empty. The other fields mean nothing.
 * - ETIMEDOUT: no answer came.
 * - Those of socket(2), connect(2), send(2) and recv(2), such as ECONNREFUSED, but never EINTR. */
int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result);

/* How a local clock corrects itself. A field that is 0 means its default. */
struct timesync_clock_options {
    int64_t step;      /* a positive offset of at least this is made up at once, in nanoseconds; default 128 ms */
    int64_t slew_ppm;  /* how fast any other offset is made up, in millionths; 1 to 100,000, default 500 */
    int64_t drift_ppm; /* how wrong the speed of the raw clock may be, in millionths; 1 to 1,000, default 15 */
};

/* A local clock. Only the functions below use its fields. The comments say what the numbers could mean. Your functions
 * may keep anything in them. One thread at a time may use a local clock. */
struct timesync_local_clock {
    timesync_clock *raw; /* the oscillator */
    void *raw_ctx;
    struct timesync_clock_options options; /* without zeros */
    int64_t raw_highest;                   /* the highest value that raw has given */
    int64_t raw_then;                      /* raw_highest at the last synchronisation */
    int64_t shown_then;                    /* what this clock showed then */
    int64_t left_then;                     /* the offset that it had to make up then */
    int64_t bound_then;                    /* how wrong the answer may have been */
    int64_t spare[3];                      /* room for more */
};

/* Starts a clock. It shows the time of raw(raw_ctx) until the first synchronisation. If options is NULL, every option
 * has its default. Returns 0. Errors: EINVAL: an option is out of its limits, and *clock does not change. */
int timesync_clock_init(struct timesync_local_clock *clock, timesync_clock *raw, void *raw_ctx,
                        const struct timesync_clock_options *options);

/* Returns the time that the clock shows. This never decreases. It is a timesync_clock, and its ctx is a struct
 * timesync_local_clock. So timesync_query can ask how far this clock is wrong. */
int64_t timesync_clock_now(void *clock);

/* Corrects the clock by offset of a result of timesync_query. Returns 1 if it was a step, and 0 if the clock now makes
 * the offset up little by little. It cannot fail. */
int timesync_clock_sync(struct timesync_local_clock *clock, const struct timesync_result *result);

/* Returns how far the clock may be wrong now, in nanoseconds. Before the first synchronisation this is INT64_MAX. */
int64_t timesync_clock_bound(struct timesync_local_clock *clock);

#endif
