/* compare.c - the same sends over UDP and TCP: what arrives, what is lost, what is glued, what the next read gets.
 *
 * Each test leaves to the kit's plain calls what its clause does not compare. So few clauses depend on a function. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/net/peer.h"
#include "support/net/tcp_pair.h"

#define HALF_AN_HOUR (1800 * 1000)

/* Two ways from one end to the other: UDP and TCP. On the TCP connection `tcp.theirs` sends and `tcp.ours` receives. */
struct ways {
    struct peer udp_from, udp_to;
    struct tcp_pair tcp;
};

static struct ways ways_open(void) {
    struct ways ways = {peer_open(AF_INET), peer_open(AF_INET), tcp_open()};
    step("and two UDP sockets, on ports %u and %u", peer_port(&ways.udp_from.at), peer_port(&ways.udp_to.at));
    return ways;
}

static void ways_close(struct ways *ways) {
    peer_close(&ways->udp_from);
    peer_close(&ways->udp_to);
    tcp_close(&ways->tcp);
}

/* Sends the same bytes over UDP and over TCP. */
static void send_both(const struct ways *ways, const void *data, size_t len) {
    expect_int(udp_send(ways->udp_from.fd, data, len, &ways->udp_to.at), len, "UDP: calling udp_send with %zu bytes",
               len);
    expect_success(stream_write(ways->tcp.theirs, data, len), "TCP: calling stream_write with %zu bytes", len);
}

/* The same with plain calls of the kit. */
static void say_both(const struct ways *ways, const void *data, size_t len) {
    peer_send(&ways->udp_from, data, len, &ways->udp_to.at);
    require(send(ways->tcp.theirs, data, len, MSG_NOSIGNAL) == (ssize_t)len, "send on a connection");
}

/* The next udp_recv with room for cap bytes must report this length, and put these bytes in buf. */
static void expect_udp(const struct ways *ways, size_t cap, size_t len, const char *bytes) {
    char buf[64];
    struct udp_peer from;
    expect_int(udp_recv(ways->udp_to.fd, buf, cap, &from, HALF_AN_HOUR), len,
               "UDP: calling udp_recv with room for %zu bytes", cap);
    expect_bytes(buf, len, bytes, len, "UDP: the bytes that it received");
}

/* The next udp_recv has too little room, and must put these bytes in buf. Its result is the matter of UDP-RX-003. */
static void expect_udp_cut(const struct ways *ways, size_t cap, const char *bytes) {
    char buf[64];
    struct udp_peer from;
    expect_success(udp_recv(ways->udp_to.fd, buf, cap, &from, HALF_AN_HOUR),
                   "UDP: calling udp_recv with room for %zu bytes", cap);
    expect_bytes(buf, cap, bytes, cap, "UDP: the bytes that it received");
}

/* A plain receive gets this datagram. */
static void expect_plain_udp(const struct ways *ways, const void *bytes, size_t len) {
    static unsigned char buf[40000];
    ssize_t got = peer_receive(&ways->udp_to, buf, sizeof buf, NULL);
    expect_bytes(buf, (size_t)got, bytes, len, "UDP: the message that comes");
}

/* The next stream_read of len bytes must get these bytes. */
static void expect_tcp(const struct ways *ways, size_t len, const char *bytes) {
    char buf[64];
    expect_int(stream_read(ways->tcp.ours, buf, len), len, "TCP: calling stream_read for %zu bytes", len);
    expect_bytes(buf, len, bytes, len, "TCP: the bytes that it read");
}

Test(udp_and_tcp, two_sends_and_one_read, .timeout = 3,
     .description = "UDP-CMP-001: sends of 5 and 6 bytes, and a read of 11") {
    struct ways ways = ways_open();
    send_both(&ways, "first", 5);
    send_both(&ways, "second", 6);
    expect_udp(&ways, 11, 5, "first");
    expect_tcp(&ways, 11, "firstsecond");
    expect_udp(&ways, 11, 6, "second");
    ways_close(&ways);
}

/* The same with more sends, of which some are single bytes. */
Test(udp_and_tcp, many_sends_and_one_read, .timeout = 3,
     .description = "UDP-CMP-001: nine sends of 1 to 3 bytes, and a read of 16") {
    static const char *const sends[] = {"a", "bc", "def", "g", "h", "ij", "k", "lmn", "op"};
    struct ways ways = ways_open();
    for (size_t i = 0; i < sizeof sends / sizeof sends[0]; i++)
        send_both(&ways, sends[i], strlen(sends[i]));
    expect_tcp(&ways, 16, "abcdefghijklmnop");
    for (size_t i = 0; i < sizeof sends / sizeof sends[0]; i++)
        expect_udp(&ways, 16, strlen(sends[i]), sends[i]);
    ways_close(&ways);
}

/* Each read gets one byte of a message. */
Test(udp_and_tcp, reads_of_single_bytes, .timeout = 3,
     .description = "UDP-CMP-002: three sends of 4 bytes, and reads of 1 byte each") {
    struct ways ways = ways_open();
    say_both(&ways, "abcd", 4);
    say_both(&ways, "efgh", 4);
    say_both(&ways, "ijkl", 4);
    expect_udp_cut(&ways, 1, "a");
    expect_udp_cut(&ways, 1, "e");
    expect_udp_cut(&ways, 1, "i");
    for (int i = 0; i < 12; i++)
        expect_tcp(&ways, 1, &"abcdefghijkl"[i]);
    expect_int(peer_drain(&ways.udp_to), 0, "UDP: the number of messages that are left");
    ways_close(&ways);
}

Test(udp_and_tcp, a_read_that_is_too_short, .timeout = 3,
     .description = "UDP-CMP-002: 10 bytes sent, and a read of 4") {
    struct ways ways = ways_open();
    say_both(&ways, "0123456789", 10);
    say_both(&ways, "next", 4);
    expect_udp_cut(&ways, 4, "0123");
    expect_tcp(&ways, 4, "0123");
    expect_udp(&ways, 4, 4, "next");
    expect_tcp(&ways, 6, "456789");
    expect_tcp(&ways, 4, "next");
    ways_close(&ways);
}

enum { MESSAGES = 1000, MESSAGE = 1000 }; /* more than the buffers of UDP or TCP hold */
_Static_assert(MESSAGES *MESSAGE >= TCP_PAIR_HOLDS, "the TCP connection has to overflow");

/* A thread that calls stream_write for each message, and then ends the stream. */
struct writer {
    pthread_t thread;
    int fd;
    unsigned char *data;
    unsigned written;
};

static void *write_messages(void *argument) {
    struct writer *writer = argument;
    for (unsigned i = 0; i < MESSAGES; i++)
        writer->written += stream_write(writer->fd, writer->data + (size_t)i * MESSAGE, MESSAGE) != -1;
    shutdown(writer->fd, SHUT_WR);
    return NULL;
}

/* Sends all messages while nobody receives. Then counts how many were kept. */
static void expect_udp_loss(const struct ways *ways, const unsigned char *data) {
    static unsigned char buf[MESSAGE];
    const int room = 65536;
    unsigned sent = 0, kept = 0;
    require(setsockopt(ways->udp_to.fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) == 0, "set a socket's buffer");
    for (unsigned i = 0; i < MESSAGES; i++)
        sent += udp_send(ways->udp_from.fd, data + (size_t)i * MESSAGE, MESSAGE, &ways->udp_to.at) == MESSAGE;
    expect_int(sent, MESSAGES, "UDP: the number of sends that succeed while nobody receives");
    peer_settle();
    while (recv(ways->udp_to.fd, buf, sizeof buf, MSG_DONTWAIT) != -1)
        kept++;
    expect_true(kept > 0 && kept < MESSAGES, "UDP: some messages were kept and some were lost (%u of 1000 came)", kept);
}

/* A thread writes the same messages over TCP, and all of them come. */
static void expect_tcp_without_loss(const struct ways *ways, unsigned char *data) {
    static struct writer writer; /* static, because the thread uses it also after the test fails and leaves */
    unsigned char *got = malloc(MESSAGES * MESSAGE);
    require(got != NULL, "find memory");
    writer = (struct writer){.fd = ways->tcp.theirs, .data = data};
    step("a thread writes the same 1000 messages with stream_write");
    require(pthread_create(&writer.thread, NULL, write_messages, &writer) == 0, "start a thread");
    size_t got_len = tcp_hear(ways->tcp.ours, got, MESSAGES * MESSAGE);
    expect_bytes(got, got_len, data, MESSAGES * MESSAGE, "TCP: the bytes that come");
    require(pthread_join(writer.thread, NULL) == 0, "join a thread");
    expect_int(writer.written, MESSAGES, "TCP: the number of writes that succeed");
    free(got);
}

/* Sends everything in both ways, on descriptors with these flags. */
static void expect_overflow(int flags) {
    struct ways ways = ways_open();
    struct dice dice = dice_for("payload");
    unsigned char *data = malloc(MESSAGES * MESSAGE);
    require(data != NULL, "find memory");
    dice_fill(&dice, data, MESSAGES * MESSAGE);
    for (size_t i = 0; i < MESSAGES * MESSAGE; i++)
        data[i] |= 1; /* a zero byte is the matter of UDP-TX-008 */
    require(fcntl(ways.tcp.theirs, F_SETFL, flags) == 0, "set a descriptor's flags");
    expect_udp_loss(&ways, data);
    expect_tcp_without_loss(&ways, data);
    free(data);
    ways_close(&ways);
}

Test(udp_and_tcp, more_than_the_buffers_hold, .timeout = 5,
     .description = "UDP-CMP-003: 1000 messages of 1000 bytes while nobody reads") {
    expect_overflow(0);
}

Test(udp_and_tcp, more_than_the_buffers_hold_without_blocking, .timeout = 5,
     .description = "UDP-CMP-003a: 1000 messages of 1000 bytes, a TCP descriptor with O_NONBLOCK") {
    expect_overflow(O_NONBLOCK);
}

Test(udp_and_tcp, a_send_of_nothing, .timeout = 3, .description = "UDP-CMP-004: a send of 0 bytes, then one of 2") {
    struct ways ways = ways_open();
    char got[8];
    send_both(&ways, NULL, 0);
    send_both(&ways, "ab", 2);
    expect_plain_udp(&ways, "", 0);
    expect_plain_udp(&ways, "ab", 2);
    require(shutdown(ways.tcp.theirs, SHUT_WR) == 0, "shut a socket down");
    size_t len = tcp_hear(ways.tcp.ours, got, sizeof got);
    expect_bytes(got, len, "ab", 2, "TCP: the bytes that come");
    ways_close(&ways);
}

/* The stream has nothing at all, and its end comes right after nothing. */
Test(udp_and_tcp, nothing_but_nothing, .timeout = 3,
     .description = "UDP-CMP-004a UDP-CMP-004: three sends of 0 bytes and the end, with and without data") {
    struct ways ways = ways_open();
    char got[4];
    send_both(&ways, NULL, 0);
    send_both(&ways, "x", 0);
    send_both(&ways, NULL, 0);
    require(shutdown(ways.tcp.theirs, SHUT_WR) == 0, "shut a socket down");
    for (int i = 0; i < 3; i++)
        expect_plain_udp(&ways, "", 0);
    expect_int(tcp_hear(ways.tcp.ours, got, sizeof got), 0, "TCP: the number of bytes that come");
    ways_close(&ways);
}

/* After its last message, a UDP sender that has closed looks like one that waits. */
Test(udp_and_tcp, the_end_again_and_again, .timeout = 3,
     .description = "UDP-CMP-005a UDP-CMP-005: one byte, then both senders close, and three more receives") {
    struct ways ways = ways_open();
    struct udp_peer from;
    char buf[8];
    say_both(&ways, "x", 1);
    close(ways.tcp.theirs);
    ways.tcp.theirs = -1;
    peer_close(&ways.udp_from);
    expect_udp(&ways, 8, 1, "x");
    expect_tcp(&ways, 1, "x");
    for (int i = 1; i <= 3; i++) {
        expect_error(udp_recv(ways.udp_to.fd, buf, sizeof buf, &from, i), ETIMEDOUT,
                     "UDP: calling udp_recv after the last message");
        expect_int(stream_read(ways.tcp.ours, buf, sizeof buf), 0, "TCP: calling stream_read at the end");
    }
    ways_close(&ways);
}

Test(udp_and_tcp, the_end, .timeout = 3,
     .description = "UDP-CMP-005 UDP-CMP-005a: one message of 3 bytes, then both senders close") {
    struct ways ways = ways_open();
    struct udp_peer from;
    char buf[8];
    say_both(&ways, "bye", 3);
    step("both senders close");
    close(ways.tcp.theirs);
    ways.tcp.theirs = -1;
    peer_close(&ways.udp_from);
    expect_udp(&ways, 8, 3, "bye");
    expect_tcp(&ways, 3, "bye");
    expect_error(udp_recv(ways.udp_to.fd, buf, sizeof buf, &from, 20), ETIMEDOUT,
                 "UDP: calling udp_recv after the last message");
    expect_int(stream_read(ways.tcp.ours, buf, sizeof buf), 0, "TCP: calling stream_read after the last message");
    ways_close(&ways);
}

Test(udp_and_tcp, the_same_messages_in_frames, .timeout = 3,
     .description = "UDP-CMP-006: six messages of 0 to 60 random bytes") {
    static const size_t len[] = {5, 0, 1, 60, 0, 12};
    enum { COUNT = sizeof len / sizeof len[0] };
    struct ways ways = ways_open();
    struct dice dice = dice_for("payload");
    unsigned char sent[COUNT][64], by_udp[64], by_tcp[64];
    for (size_t i = 0; i < COUNT; i++) {
        dice_fill(&dice, sent[i], sizeof sent[i]);
        peer_send(&ways.udp_from, sent[i], len[i], &ways.udp_to.at);
        expect_success(stream_send_frame(ways.tcp.theirs, sent[i], len[i]),
                       "TCP: calling stream_send_frame for message %zu", i + 1);
    }
    for (size_t i = 0; i < COUNT; i++) {
        size_t frame_len = SIZE_MAX;
        ssize_t udp_len = peer_receive(&ways.udp_to, by_udp, sizeof by_udp, NULL);
        expect_success(stream_recv_frame(ways.tcp.ours, by_tcp, sizeof by_tcp, &frame_len),
                       "TCP: calling stream_recv_frame for frame %zu", i + 1);
        expect_bytes(by_tcp, frame_len, by_udp, (size_t)udp_len, "TCP: the bytes of frame %zu, as over UDP", i + 1);
    }
    ways_close(&ways);
}

/* A long message, empty ones and a short one. */
Test(udp_and_tcp, long_messages_in_frames, .timeout = 3,
     .description = "UDP-CMP-006: messages of 30,000, 0, 1, 9000 and 0 bytes, each received before the next is sent") {
    static const size_t len[] = {30000, 0, 1, 9000, 0};
    static unsigned char sent[30000], got[30001];
    struct ways ways = ways_open();
    struct dice dice = dice_for("payload");
    for (size_t i = 0; i < sizeof len / sizeof len[0]; i++) {
        size_t frame_len = SIZE_MAX;
        dice_fill(&dice, sent, len[i]);
        peer_send(&ways.udp_from, sent, len[i], &ways.udp_to.at);
        expect_plain_udp(&ways, sent, len[i]);
        expect_success(stream_send_frame(ways.tcp.theirs, sent, len[i]), "TCP: frame %zu", i + 1);
        expect_success(stream_recv_frame(ways.tcp.ours, got, sizeof got, &frame_len), "TCP: frame %zu comes", i + 1);
        expect_bytes(got, frame_len, sent, len[i], "TCP: the bytes of frame %zu", i + 1);
    }
    ways_close(&ways);
}
