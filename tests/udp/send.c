/* send.c - udp_send: one whole datagram, or an error. */
#include <stdlib.h>
#include <string.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/faults/faults.h"
#include "support/net/pair.h"

static unsigned char *random_bytes(size_t len) {
    struct dice dice = dice_for("payload");
    unsigned char *bytes = malloc(len);
    require(bytes != NULL, "find memory");
    dice_fill(&dice, bytes, len);
    return bytes;
}

/* Sends len bytes. They must arrive. */
static void expect_passage(int family, size_t len) {
    struct pair pair = pair_open(family);
    unsigned char *data = random_bytes(len);
    expect_int(udp_send(pair.from.fd, data, len, &pair.to.at), len, "calling udp_send with %zu bytes", len);
    expect_arrival(&pair.to, data, len);
    free(data);
    pair_close(&pair);
}

/* Sends len bytes, which are too many. */
static void expect_refusal(int family, size_t len) {
    struct pair pair = pair_open(family);
    unsigned char *data = random_bytes(len);
    expect_error(udp_send(pair.from.fd, data, len, &pair.to.at), EMSGSIZE, "calling udp_send with %zu bytes", len);
    expect_int(peer_drain(&pair.to), 0, "the number of datagrams that arrive");
    free(data);
    pair_close(&pair);
}

Test(udp_send, sends_all_bytes_as_one_datagram, .timeout = 3,
     .description = "UDP-TX-001: a datagram of 4000 random bytes over IPv4") {
    expect_passage(AF_INET, 4000);
}

Test(udp_send, sends_an_empty_datagram, .timeout = 3,
     .description = "UDP-TX-002: a send with len 0, which must arrive") {
    struct pair pair = pair_open(AF_INET);
    expect_int(udp_send(pair.from.fd, "", 0, &pair.to.at), 0, "calling udp_send with no bytes");
    expect_arrival(&pair.to, "", 0);
    pair_close(&pair);
}

Test(udp_send, sends_the_longest_ipv4_datagram, .timeout = 3,
     .description = "UDP-TX-003: 65,507 random bytes, which must arrive unchanged") {
    expect_passage(AF_INET, UDP_MAX_IPV4);
}

Test(udp_send, refuses_one_byte_more_over_ipv4, .timeout = 3,
     .description = "UDP-TX-004: 65,508 bytes over IPv4, then counts what arrives") {
    expect_refusal(AF_INET, UDP_MAX_IPV4 + 1);
}

Test(udp_send, sends_the_longest_ipv6_datagram, .timeout = 3,
     .description = "UDP-TX-005: 65,527 random bytes over IPv6, which must arrive unchanged") {
    expect_passage(AF_INET6, UDP_MAX_IPV6);
}

Test(udp_send, refuses_one_byte_more_over_ipv6, .timeout = 3,
     .description = "UDP-TX-005: 65,528 bytes over IPv6, then counts what arrives") {
    expect_refusal(AF_INET6, UDP_MAX_IPV6 + 1);
}

Test(udp_send, sends_once_where_a_signal_interrupts, .timeout = 3,
     .description = "UDP-TX-006: two sends that fail with EINTR, then counts what arrives") {
    struct pair pair = pair_open(AF_INET);
    fail_calls(SENDING, 1, 2, EINTR);
    expect_int(udp_send(pair.from.fd, "once", 4, &pair.to.at), 4, "calling udp_send, which is interrupted twice");
    fail_calls(SENDING, 1, 0, 0);
    expect_int(peer_drain(&pair.to), 1, "the number of datagrams that arrive");
    pair_close(&pair);
}

Test(udp_send, keeps_two_datagrams_apart, .timeout = 3,
     .description = "UDP-TX-007: a datagram of 3 bytes and one of 5") {
    struct pair pair = pair_open(AF_INET);
    expect_int(udp_send(pair.from.fd, "one", 3, &pair.to.at), 3, "calling udp_send the first time");
    expect_int(udp_send(pair.from.fd, "three", 5, &pair.to.at), 5, "calling udp_send the second time");
    expect_arrival(&pair.to, "one", 3);
    expect_arrival(&pair.to, "three", 5);
    pair_close(&pair);
}

Test(udp_send, changes_no_byte, .timeout = 3, .description = "UDP-TX-008: a datagram with all 256 values of a byte") {
    struct pair pair = pair_open(AF_INET);
    unsigned char every_value[256];
    for (size_t i = 0; i < sizeof every_value; i++)
        every_value[i] = (unsigned char)i;
    expect_success(udp_send(pair.from.fd, every_value, sizeof every_value, &pair.to.at),
                   "calling udp_send with 256 bytes");
    expect_arrival(&pair.to, every_value, sizeof every_value);
    pair_close(&pair);
}

Test(udp_send, reports_the_errno_of_the_kernel, .timeout = 3,
     .description = "UDP-TX-009 UDP-TX-009a: one byte, after the descriptor was closed") {
    struct peer to = peer_open(AF_INET);
    expect_error(udp_send(closed_descriptor(), "x", 1, &to.at), EBADF,
                 "calling udp_send on a descriptor that is not open");
    peer_close(&to);
}

Test(udp_send, leaves_nothing_behind, .timeout = 3,
     .description = "UDP-TX-010: 41 calls with blocks of exact size; some calls fail") {
    struct pair pair = pair_open(AF_INET);
    int before = open_descriptors();
    for (size_t len = 0; len < 20; len++) {
        unsigned char *data = random_bytes(len); /* exactly len bytes: to read one more is an error */
        expect_int(udp_send(pair.from.fd, data, len, &pair.to.at), len, "calling udp_send with %zu bytes", len);
        udp_send(closed_descriptor(), data, len, &pair.to.at);
        free(data);
    }
    unsigned char *data = random_bytes(UDP_MAX_IPV4 + 1);
    udp_send(pair.from.fd, data, UDP_MAX_IPV4 + 1, &pair.to.at);
    free(data);
    expect_int(open_descriptors(), before, "the number of open descriptors after 41 calls");
    pair_close(&pair);
}
