/* receive_cases.c - udp_recv on every kind of socket: lengths, rooms and senders. receive_waits.c has the waits. */
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/net/pair.h"

/* For a sender that the test does not look at: "from" is NULL only in the tests of UDP-RX-012. */
static struct udp_peer anyone;

/* Longer than any watchdog. It is less than 2^31 microseconds, so that only the tests of long waits see an overflow. */
#define AGES (1800 * 1000)

/* Eight kinds of receiving sockets: of both families, non-blocking or not, connected or not. */
enum { KINDS = 8 };

static struct pair pair_of_kind(unsigned kind) {
    struct pair pair = pair_open(kind & 1 ? AF_INET6 : AF_INET);
    set_nonblocking(pair.to.fd, kind & 2);
    if (kind & 4)
        peer_connect(&pair.to, &pair.from.at);
    return pair;
}

Test(udp_recv, takes_one_datagram_from_every_kind_of_socket, .timeout = 3,
     .description =
         "UDP-RX-001 UDP-RX-001a UDP-RULE-003b UDP-RULE-003c UDP-RULE-003d: three datagrams in a large buffer, "
         "for eight kinds of sockets") {
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct pair pair = pair_of_kind(kind);
        char buf[4000];
        pair_arrive(&pair, "one", 3);
        pair_arrive(&pair, "three", 5);
        pair_arrive(&pair, "fifteen", 7);
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, AGES), 3, "the first datagram, socket of kind %u",
                   kind);
        expect_bytes(buf, 3, "one", 3, "its bytes");
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, 0), 5, "the second datagram, socket of kind %u",
                   kind);
        expect_bytes(buf, 5, "three", 5, "its bytes");
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, -1), 7, "the third datagram, socket of kind %u",
                   kind);
        expect_bytes(buf, 7, "fifteen", 7, "its bytes");
        pair_close(&pair);
    }
}

/* Two senders, and a struct that held something else before each call. */
static void fill_in_senders(int family, bool nonblocking) {
    static const socklen_t lens[] = {0, 1, 16, 28, 128, 0xffffffff};
    struct pair pair = pair_open(family);
    struct peer other = peer_open(family);
    struct udp_peer from;
    char buf[8];
    set_nonblocking(pair.to.fd, nonblocking);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        const struct peer *sender = i % 2 ? &other : &pair.from;
        memset(&from, i < 3 ? 0 : 0xff, sizeof from);
        from.len = lens[i];
        peer_send(sender, "hello", 5, &pair.to.at);
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &from, AGES), 5, "calling udp_recv, from->len was %u",
                   lens[i]);
        expect_peer(&from, &sender->at, "the sender in *from");
        peer_send(&pair.to, "reply", 5, &from);
        expect_arrival(sender, "reply", 5);
    }
    peer_close(&other);
    pair_close(&pair);
}

Test(udp_recv, forgets_the_last_sender, .timeout = 3,
     .description = "UDP-RX-002 UDP-RX-002a: two senders in turns, six values of from->len, non-blocking or not") {
    fill_in_senders(AF_INET, false);
    fill_in_senders(AF_INET, true);
}

Test(udp_recv, forgets_the_last_ipv6_sender, .timeout = 3,
     .description = "UDP-RX-013 UDP-RULE-007b: two senders on ::1, six values of from->len, non-blocking or not") {
    fill_in_senders(AF_INET6, false);
    fill_in_senders(AF_INET6, true);
}

static void truncate_at(int family, size_t len, size_t cap) {
    struct pair pair = pair_open(family);
    unsigned char *data = malloc(len), *buf = malloc(cap);
    require(data != NULL && buf != NULL, "find memory");
    for (size_t i = 0; i < len; i++)
        data[i] = (unsigned char)(i * 7 + i / 256);
    pair_arrive(&pair, data, len);
    expect_int(udp_recv(pair.to.fd, buf, cap, &anyone, AGES), len, "%zu bytes, with cap %zu", len, cap);
    expect_bytes(buf, cap, data, cap, "the first bytes");
    free(data);
    free(buf);
    pair_close(&pair);
}

Test(udp_recv, knows_the_length_of_the_longest_datagram, .timeout = 3,
     .description = "UDP-RX-003 UDP-RX-003a: 65,507 and 65,527 bytes, and one byte too many, with several rooms") {
    truncate_at(AF_INET, UDP_MAX_IPV4, 1);
    truncate_at(AF_INET, UDP_MAX_IPV4, 10000);
    truncate_at(AF_INET, UDP_MAX_IPV4, UDP_MAX_IPV4 - 1);
    truncate_at(AF_INET, 2, 1);
    truncate_at(AF_INET6, UDP_MAX_IPV6, 1);
    truncate_at(AF_INET6, UDP_MAX_IPV6, 65535 - 28);
    truncate_at(AF_INET6, 101, 100);
}

Test(udp_recv, receives_the_longest_datagram_whole, .timeout = 3,
     .description = "UDP-RX-005: rooms of exactly the length, also 65,507 and 65,527 bytes") {
    truncate_at(AF_INET, UDP_MAX_IPV4, UDP_MAX_IPV4);
    truncate_at(AF_INET6, UDP_MAX_IPV6, UDP_MAX_IPV6);
    truncate_at(AF_INET6, 1, 1);
    truncate_at(AF_INET, 1500, 1500);
}

Test(udp_recv, loses_the_rest_on_every_kind_of_socket, .timeout = 3,
     .description = "UDP-RX-004: 3000 bytes in rooms of 0 to 7 bytes, then the next datagram, for eight kinds") {
    static const char data[3000] = "0123456789";
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct pair pair = pair_of_kind(kind);
        char buf[8];
        pair_arrive(&pair, data, sizeof data);
        pair_arrive(&pair, "next", 4);
        expect_success(udp_recv(pair.to.fd, buf, kind, &anyone, AGES), "calling udp_recv with cap %u", kind);
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, AGES), 4, "the next datagram, socket of kind %u",
                   kind);
        expect_bytes(buf, 4, "next", 4, "its bytes");
        pair_close(&pair);
    }
}

/* A call that fails may not write past the end either. */
Test(udp_recv, writes_nothing_past_the_end_after_errors, .timeout = 3,
     .description = "UDP-RX-005 UDP-RULE-006: what is behind buf and *from, after two timeouts and two errors") {
    expect_written(udp_recv(closed_descriptor(), NULL, 0, NULL, 0));
    struct peer to = peer_open(AF_INET), refused = peer_refused(AF_INET);
    struct {
        struct udp_peer from;
        char behind[32];
    } sender;
    char buf[32], untouched[32];
    memset(untouched, '#', sizeof untouched);
    memset(buf, '#', sizeof buf);
    memset(&sender, '#', sizeof sender);
    udp_recv(to.fd, buf, 4, &sender.from, 0);
    udp_recv(to.fd, buf, 4, &sender.from, 1);
    udp_recv(-1, buf, 4, &sender.from, 1);
    udp_recv(refused.fd, buf, 4, &sender.from, 1);
    expect_bytes(buf + 4, sizeof buf - 4, untouched, sizeof buf - 4, "the bytes behind cap");
    expect_bytes(sender.behind, sizeof sender.behind, untouched, sizeof untouched, "the bytes behind *from");
    peer_close(&to);
    peer_close(&refused);
}

Test(udp_recv, takes_an_empty_datagram_at_every_timeout, .timeout = 3,
     .description = "UDP-RX-006: five timeouts, eight kinds of sockets, and a datagram behind the empty one") {
    static const int timeouts[] = {0, 1, AGES, -1, -7};
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
            struct pair pair = pair_of_kind(kind);
            struct udp_peer from;
            char buf[8];
            memset(&from, 0xa5, sizeof from);
            pair_arrive(&pair, "", 0);
            pair_arrive(&pair, "next", 4);
            expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &from, timeouts[i]), 0,
                       "an empty datagram, timeout %d, socket of kind %u", timeouts[i], kind);
            expect_true(pair.from.at.len != sizeof(struct sockaddr_in) ||
                            (from.len == pair.from.at.len && memcmp(&from.addr, &pair.from.at.addr, from.len) == 0),
                        "its sender, over IPv4");
            expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, timeouts[i]), 4, "the datagram behind it");
            pair_close(&pair);
        }
}

Test(udp_recv, takes_what_is_there_at_every_timeout, .timeout = 3,
     .description = "UDP-RX-008 UDP-RX-008b: six timeouts and eight kinds of sockets, then an empty queue") {
    static const int timeouts[] = {0, 1, INT_MAX, -1, -2, INT_MIN};
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct pair pair = pair_of_kind(kind);
        char buf[8];
        for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
            pair_arrive(&pair, "hello", 5);
            expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, timeouts[i]), 5, "timeout %d, socket of kind %u",
                       timeouts[i], kind);
        }
        expect_error(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, 0), ETIMEDOUT, "an empty queue, socket of kind %u",
                     kind);
        pair_close(&pair);
    }
}

Test(udp_recv, needs_neither_sender_nor_buffer, .timeout = 3,
     .description = "UDP-RX-012 UDP-RULE-005d: from NULL for a short, a long and an empty datagram, of both families") {
    for (unsigned kind = 0; kind < 4; kind++) {
        struct pair pair = pair_of_kind(kind);
        static const char *const data[] = {"ab", "", "0123456789"};
        char buf[4];
        for (size_t i = 0; i < 3; i++) {
            pair_arrive(&pair, data[i], strlen(data[i]));
            pair_arrive(&pair, data[i], strlen(data[i]));
            ssize_t with_sender = udp_recv(pair.to.fd, buf, sizeof buf, &anyone, AGES);
            expect_int(udp_recv(pair.to.fd, buf, sizeof buf, NULL, AGES), i == 0 ? 2 : with_sender,
                       "a datagram of %zu bytes, with from NULL", strlen(data[i]));
            peer_drain(&pair.to);
        }
        pair_close(&pair);
    }
}

Test(udp_recv, has_no_room_at_cap_0, .timeout = 3,
     .description =
         "UDP-RX-015 UDP-RULE-005 UDP-RULE-005a: buf NULL or not, for a long and an empty datagram, of both families") {
    for (unsigned kind = 0; kind < KINDS; kind++) {
        struct pair pair = pair_of_kind(kind);
        struct udp_peer usual = {.len = 0}, from = {.len = 0};
        char buf[4] = "";
        pair_arrive(&pair, "abc", 3);
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &usual, AGES), 3, "3 bytes with room for them");
        memset(buf, '#', sizeof buf);
        pair_arrive(&pair, "0123456789", 10);
        pair_arrive(&pair, "", 0);
        pair_arrive(&pair, "abc", 3);
        expect_int(udp_recv(pair.to.fd, NULL, 0, &from, AGES), 10, "10 bytes with buf NULL, socket of kind %u", kind);
        expect_peer(&from, &usual, "the sender, compared with that of a call with room");
        expect_int(udp_recv(pair.to.fd, NULL, 0, &from, AGES), 0, "an empty datagram with buf NULL, socket of kind %u",
                   kind);
        expect_int(udp_recv(pair.to.fd, buf, 0, &from, AGES), 3, "3 bytes with cap 0, socket of kind %u", kind);
        expect_bytes(buf, 4, "####", 4, "the buffer");
        pair_close(&pair);
    }
}
