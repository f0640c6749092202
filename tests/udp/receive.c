/* receive.c - udp_recv: one datagram, whole or with its true length, before a deadline. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/short_waits.h"
#include "support/core/stopwatch.h"
#include "support/faults/faults.h"
#include "support/faults/interruptions.h"
#include "support/net/pair.h"
#include "support/process/kernel_view.h"

/* For a sender that the test does not look at: "from" is NULL only in the tests of UDP-RX-012. */
static struct udp_peer anyone;

/* Longer than any watchdog. It is less than 2^31 microseconds, so that only the tests of long waits see an overflow. */
#define AGES (1800 * 1000)

Test(udp_recv, takes_exactly_one_datagram, .timeout = 3,
     .description = "UDP-RX-001 UDP-RX-001a: two datagrams that wait, and a buffer with room for both") {
    struct pair pair = pair_open(AF_INET);
    char buf[64], left[64];
    pair_arrive(&pair, "first", 5);
    pair_arrive(&pair, "second", 6);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, -1), 5,
               "calling udp_recv when datagrams of 5 and 6 bytes wait");
    expect_bytes(buf, 5, "first", 5, "the first datagram");
    expect_int(peer_receive(&pair.to, left, sizeof left, NULL), 6,
               "receiving the second datagram with a plain recvfrom");
    expect_bytes(left, 6, "second", 6, "the second datagram");
    pair_close(&pair);
}

Test(udp_recv, fills_in_the_sender, .timeout = 3,
     .description = "UDP-RX-002 UDP-RX-002a: an IPv4 sender, then a reply to the address filled in") {
    struct pair pair = pair_open(AF_INET);
    struct udp_peer from;
    char buf[64];
    memset(&from, 0xa5, sizeof from);
    pair_arrive(&pair, "hello", 5);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &from, -1), 5, "calling udp_recv");
    expect_peer(&from, &pair.from.at, "the sender in *from");
    peer_send(&pair.to, "reply", 5, &from);
    expect_int(peer_receive(&pair.from, buf, sizeof buf, NULL), 5, "receiving a plain reply that was sent to *from");
    pair_close(&pair);
}

Test(udp_recv, reports_true_length_when_truncated, .timeout = 3,
     .description = "UDP-RX-003: a datagram of 3000 bytes in a buffer of 10") {
    struct pair pair = pair_open(AF_INET);
    char data[3000] = "", buf[10];
    pair_arrive(&pair, data, sizeof data);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, -1), 3000,
               "calling udp_recv for 3000 bytes with a buffer of 10");
    pair_close(&pair);
}

Test(udp_recv, loses_the_rest_of_a_truncated_datagram, .timeout = 3,
     .description = "UDP-RX-004: 13 bytes in a buffer of 4, then a second datagram") {
    struct pair pair = pair_open(AF_INET);
    char buf[4];
    pair_arrive(&pair, "much too long", 13);
    pair_arrive(&pair, "next", 4);
    expect_success(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, -1),
                   "calling udp_recv for 13 bytes with a buffer of 4");
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, -1), 4, "calling udp_recv for the next datagram");
    expect_bytes(buf, 4, "next", 4, "the bytes that the second call received");
    pair_close(&pair);
}

Test(udp_recv, never_writes_past_the_end_of_the_buffer, .timeout = 3,
     .description = "UDP-RX-005: 20 bytes with cap 10, in a buffer of 32") {
    struct pair pair = pair_open(AF_INET);
    char buf[32], expected[32];
    memset(buf, '#', sizeof buf);
    memset(expected, '#', sizeof expected);
    memcpy(expected, "0123456789", 10);
    pair_arrive(&pair, "0123456789abcdefghij", 20);
    expect_success(udp_recv(pair.to.fd, buf, 10, &anyone, -1), "calling udp_recv for 20 bytes with cap 10");
    expect_bytes(buf, sizeof buf, expected, sizeof expected, "the buffer, which was filled with #");
    pair_close(&pair);
}

Test(udp_recv, returns_an_empty_datagram, .timeout = 3,
     .description = "UDP-RX-006: an empty datagram that waits, with a timeout of half an hour") {
    struct pair pair = pair_open(AF_INET);
    struct udp_peer from;
    char buf[8];
    memset(&from, 0xa5, sizeof from);
    pair_arrive(&pair, "", 0);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &from, AGES), 0, "calling udp_recv for an empty datagram");
    expect_peer(&from, &pair.from.at, "the sender of an empty datagram");
    pair_close(&pair);
}

static bool receive_nothing(void *ctx, int timeout_ms) {
    const struct peer *to = ctx;
    char buf[8];
    return udp_recv(to->fd, buf, sizeof buf, &anyone, timeout_ms) == -1 && errno == ETIMEDOUT;
}

Test(udp_recv, times_out_and_not_too_early, .timeout = 3,
     .description = "UDP-RX-007 UDP-RX-007a: a wait of 20 ms, then thirty waits of 1 ms") {
    struct peer to = peer_open(AF_INET);
    char buf[8];
    double start = stopwatch_ms();
    expect_error(udp_recv(to.fd, buf, sizeof buf, &anyone, 20), ETIMEDOUT,
                 "calling udp_recv with a timeout of 20 ms, and nothing comes");
    expect_at_least(stopwatch_ms() - start, 20, "how long it waited");
    expect_short_waits(receive_nothing, &to, 1, 1);
    peer_close(&to);
}

Test(udp_recv, takes_what_is_there_at_timeout_0, .timeout = 3,
     .description = "UDP-RX-008: a datagram that has arrived") {
    struct pair pair = pair_open(AF_INET);
    char buf[8];
    pair_arrive(&pair, "hello", 5);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, 0), 5,
               "calling udp_recv with timeout 0 for a datagram that has arrived");
    expect_bytes(buf, 5, "hello", 5, "the datagram");
    pair_close(&pair);
}

Test(udp_recv, does_not_wait_at_timeout_0, .timeout = 3, .description = "UDP-RX-008 UDP-RX-008a: an empty queue") {
    struct peer to = peer_open(AF_INET);
    char buf[8];
    expect_error(udp_recv(to.fd, buf, sizeof buf, &anyone, 0), ETIMEDOUT,
                 "calling udp_recv with timeout 0 when nothing is there");
    peer_close(&to);
}

static void send_late(void *ctx) {
    const struct pair *pair = ctx;
    step("a datagram of 4 bytes is sent");
    peer_send(&pair->from, "late", 4, &pair->to.at);
}

/* Sends a datagram as soon as the test's own thread waits. */
static void *send_when_awaited(void *pair) {
    await_waiting(getpid());
    send_late(pair);
    return NULL;
}

Test(udp_recv, waits_for_ever_where_the_timeout_is_negative, .timeout = 3,
     .description = "UDP-RX-009: timeout -1, and a datagram that is sent once the call waits") {
    static struct pair pair; /* static, because the thread uses it also after the test fails and leaves this function */
    pair = pair_open(AF_INET);
    pthread_t sender;
    char buf[8];
    require(pthread_create(&sender, NULL, send_when_awaited, &pair) == 0, "start a thread");
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, -1), 4, "calling udp_recv with timeout -1");
    pthread_join(sender, NULL);
    pair_close(&pair);
}

Test(udp_recv, waits_its_time_though_signals_come, .timeout = 3,
     .description = "UDP-RX-010 UDP-RX-010a: a receive interrupted twice, then waits with a signal every 5 ms") {
    static struct pair pair; /* static, because another thread uses it too */
    pair = pair_open(AF_INET);
    char buf[8];
    pair_arrive(&pair, "hello", 5);
    fail_calls(RECEIVING, 1, 2, EINTR);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, AGES), 5,
               "calling udp_recv, whose receive is interrupted twice");
    fail_calls(RECEIVING, 1, 0, 0);
    interruptions_start(gettid(), 5);
    interruptions_then(3, send_late, &pair);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, AGES), 4,
               "calling udp_recv with a timeout of half an hour, and signals come");
    double start = stopwatch_ms();
    expect_error(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, 50), ETIMEDOUT,
                 "calling udp_recv with a timeout of 50 ms, and signals come");
    expect_at_least(stopwatch_ms() - start, 50, "how long it waited");
    interruptions_stop();
    pair_close(&pair);
}

/* The signals come at shorter intervals than the timeout. If each signal starts a new wait, the call never ends. */
Test(udp_recv, waits_no_longer_though_signals_come, .timeout = 3,
     .description = "UDP-RX-011: a wait of 80 ms with a signal every 5 ms") {
    struct peer to = peer_open(AF_INET);
    char buf[8];
    interruptions_start(gettid(), 5);
    expect_error(udp_recv(to.fd, buf, sizeof buf, &anyone, 80), ETIMEDOUT,
                 "calling udp_recv with a timeout of 80 ms, and signals come");
    interruptions_stop();
    peer_close(&to);
}

Test(udp_recv, can_do_without_the_sender, .timeout = 3,
     .description = "UDP-RX-012: a datagram of 5 bytes with from NULL") {
    struct pair pair = pair_open(AF_INET);
    char buf[8];
    pair_arrive(&pair, "hello", 5);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, NULL, -1), 5, "calling udp_recv with NULL for from");
    pair_close(&pair);
}

Test(udp_recv, fills_in_an_ipv6_sender, .timeout = 3, .description = "UDP-RX-013: a datagram from ::1") {
    struct pair pair = pair_open(AF_INET6);
    struct udp_peer from;
    char buf[8];
    memset(&from, 0xa5, sizeof from);
    pair_arrive(&pair, "hello", 5);
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &from, -1), 5, "calling udp_recv");
    expect_peer(&from, &pair.from.at, "the sender in *from");
    pair_close(&pair);
}

Test(udp_recv, reports_the_errno_of_the_kernel, .timeout = 3,
     .description =
         "UDP-RX-014 UDP-RX-014a: a closed descriptor and a refused connection, with a timeout of half an hour") {
    struct peer refused = peer_refused(AF_INET);
    char buf[8];
    expect_error(udp_recv(closed_descriptor(), buf, sizeof buf, NULL, AGES), EBADF,
                 "calling udp_recv on a descriptor that is not open");
    expect_error(udp_recv(refused.fd, buf, sizeof buf, &anyone, AGES), ECONNREFUSED,
                 "calling udp_recv on a connected socket that was refused");
    peer_close(&refused);
}

Test(udp_recv, needs_no_buffer_where_cap_is_0, .timeout = 3,
     .description = "UDP-RX-015: buf NULL and cap 0 with two datagrams that wait") {
    struct pair pair = pair_open(AF_INET);
    char left[8];
    pair_arrive(&pair, "hello", 5);
    pair_arrive(&pair, "next", 4);
    expect_int(udp_recv(pair.to.fd, NULL, 0, &anyone, -1), 5, "calling udp_recv with buf NULL and cap 0");
    expect_int(peer_receive(&pair.to, left, sizeof left, NULL), 4, "receiving the next datagram with a plain recvfrom");
    pair_close(&pair);
}

Test(udp_recv, leaves_nothing_behind, .timeout = 3,
     .description = "UDP-RX-016: 60 calls with blocks of exact size; some calls fail") {
    struct pair pair = pair_open(AF_INET);
    int before = open_descriptors();
    for (size_t cap = 0; cap < 20; cap++) {
        char *buf = malloc(cap); /* exactly cap bytes: to write one more is an error */
        struct udp_peer *from = malloc(sizeof *from);
        require(buf && from, "find memory");
        pair_arrive(&pair, "0123456789", 10);
        expect_success(udp_recv(pair.to.fd, buf, cap, from, AGES), "calling udp_recv for 10 bytes with cap %zu", cap);
        udp_recv(pair.to.fd, buf, cap, from, 1);
        udp_recv(closed_descriptor(), buf, cap, NULL, 0);
        free(from);
        free(buf);
    }
    expect_int(open_descriptors(), before, "the number of open descriptors after 60 calls");
    pair_close(&pair);
}
