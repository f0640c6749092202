/* timesync.h - the UDP lab's contract for area TIME: the packet of NTP, a server that tells the time, a client that
 * asks.
 *
 * A *moment* is a point in time as nanoseconds since 1970-01-01 00:00:00 UTC, leap seconds not counted: an int64_t. A
 * *stamp* is the same on the wire: seconds since 1900-01-01 in the upper 32 bits and the fraction of a second, in units
 * of 2^-32 s, in the lower ones. Nobody here asks the system for the date: clocks are handed in. The clauses behind
 * each sentence are in spec/udp.md, area TIME. Source: RFC 4330, RFC 5905.
 */
#ifndef TIMESLICE_TIMESYNC_H
#define TIMESLICE_TIMESYNC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <timeslice/udp.h>

#define TIMESYNC_PORT 123        /* where the world's time servers listen; ours may listen anywhere */
#define TIMESYNC_PACKET_BYTES 48 /* what a packet has on the wire, without extensions */
#define TIMESYNC_VERSION 4       /* what timesync_query speaks; versions 1 to 4 have the same 48 bytes */

/* Seconds from 1900-01-01, where stamps begin, to 1970-01-01, where moments do. */
#define TIMESYNC_1970 2208988800

/* Who sends a packet. */
enum timesync_mode { TIMESYNC_CLIENT = 3, TIMESYNC_SERVER = 4 };

/* The leap indicator: what becomes of the last minute of the current day, or that the server does not know the time. */
enum timesync_leap { TIMESYNC_AS_USUAL, TIMESYNC_61_SECONDS, TIMESYNC_59_SECONDS, TIMESYNC_UNSYNCHRONISED };

/* The fields of a packet, as numbers of this machine. */
struct timesync_packet {
    uint8_t leap;             /* 2 bits */
    uint8_t version;          /* 3 bits */
    uint8_t mode;             /* 3 bits */
    uint8_t stratum;          /* 1 has a clock of its own, 2 asks a 1 ..., 0 is a kiss-o'-death */
    int8_t poll;              /* how often one asks: every 2^poll seconds */
    int8_t precision;         /* how fine the clock is: 2^precision seconds */
    uint32_t root_delay;      /* to the clock at the root, there and back, in units of 2^-16 s */
    uint32_t root_dispersion; /* how wrong the server may be, in units of 2^-16 s */
    uint32_t reference_id; /* four characters, first one uppermost: a clock's kind, or with stratum 0 the kiss code */
    uint64_t reference;    /* stamp: when the server's clock was last set */
    uint64_t originate;    /* stamp: the request's transmit, T1 */
    uint64_t receive;      /* stamp: when the request came, T2 */
    uint64_t transmit;     /* stamp: when this packet was sent; T1 in a request, T3 in a reply */
};

/* Tells the moment now. May be called from any thread; cannot fail. */
typedef int64_t timesync_clock(void *ctx);

/* What timesync_answer works with: its udp_handler's ctx. */
struct timesync_server {
    timesync_clock *clock;
    void *clock_ctx;
    struct timesync_packet about; /* leap, stratum, precision, root_*, reference_id and reference go into each reply */
};

/* What one question taught. */
struct timesync_result {
    int64_t offset;               /* what to add to our clock to make it the server's, in nanoseconds */
    int64_t delay;                /* how long the two packets were under way, together, in nanoseconds */
    int64_t moment;               /* the server's time when it answered: T3 */
    struct timesync_packet reply; /* as it came */
    char kiss[5];                 /* the kiss code of a reply with stratum 0, with a final NUL; otherwise "" */
};

/* The stamp of a moment, to the nearest unit, and never 0, which stands for "no time". The moment lies in the years
 * 1968 to 2104: from 1968-01-20 03:14:08 UTC on, and before 2104-02-26 09:42:24 UTC. */
uint64_t timesync_stamp(int64_t moment);

/* The moment of a stamp, to the nearest nanosecond. Stamps whose highest bit is set are of era 0 and count from
 * 1900-01-01, the others of era 1 and count from 2036-02-07 06:28:16 UTC (RFC 4330 section 3). */
int64_t timesync_moment(uint64_t stamp);

/* Writes a packet as it goes over the wire. Of fields that are wider here than there, the lowest bits are sent. */
void timesync_encode(const struct timesync_packet *packet, unsigned char bytes[TIMESYNC_PACKET_BYTES]);

/* Reads a packet from the first TIMESYNC_PACKET_BYTES of the len bytes that came; what follows them is an extension and
 * is not looked at. Returns 0. Errors: EBADMSG there are fewer; *packet is then as it was. */
int timesync_decode(struct timesync_packet *packet, const void *bytes, size_t len);

/* ((T2 - T1) + (T3 - T4)) / 2: how far the server's clock is ahead of ours, in nanoseconds. All four are moments. */
int64_t timesync_offset(int64_t t1, int64_t t2, int64_t t3, int64_t t4);

/* (T4 - T1) - (T3 - T2): how long both packets were under way, in nanoseconds; may be negative. */
int64_t timesync_delay(int64_t t1, int64_t t2, int64_t t3, int64_t t4);

/* Is this the answer to our request, whose transmit was sent, and does it tell the time? Returns 0, or -1 with the
 * errno of the first that does not hold. It is no answer of ours: ENOMSG the mode is not 4; EPROTONOSUPPORT the version
 * is not 1 to 4; ESTALE originate is not sent. It is the answer, and of no use: EACCES stratum 0, a kiss-o'-death;
 * ENOLINK leap 3 or a stratum above 15, the server does not know the time itself; ENODATA transmit is 0. */
int timesync_check(const struct timesync_packet *reply, uint64_t sent);

/* Writes the four characters of reference_id and a final NUL to code. What is not printable ASCII becomes '?'; a zero
 * byte ends the code. */
void timesync_kiss(const struct timesync_packet *reply, char code[5]);

/* A udp_handler whose ctx is a struct timesync_server: answers a client's request with the time. Answers with two
 * readings of the clock: when it is called, and last of all. Returns TIMESYNC_PACKET_BYTES; -1, no reply, where the
 * request is shorter than a packet, its mode is not 3 or its version not 1 to 4, or where cap is less than a packet. */
ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap);

/* Asks *server once, from a new socket, and puts what its answer teaches in *result. clock(clock_ctx) gives T1, right
 * before the request is sent, and T4, right after the answer was received. What is no answer of ours (timesync_check,
 * EBADMSG of timesync_decode, another sender) is ignored and does not extend the wait. timeout_ms: how long to wait, in
 * milliseconds, as for udp_recv. Returns 0. Errors: EACCES, ENOLINK, ENODATA of timesync_check, where reply and, with
 * EACCES, kiss of *result are set and nothing else of it means anything; ETIMEDOUT; those of socket(2), connect(2),
 * send(2) and recv(2), ECONNREFUSED among them; never EINTR. */
int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result);

#endif
