/* send_cases.c - udp_send on every kind of socket, with lengths at their limits, and with every error. */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/caller_state.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/output.h"
#include "support/core/require.h"
#include "support/faults/faults.h"
#include "support/net/pair.h"

static const int families[] = {AF_INET, AF_INET6};

static void send_and_find(int fd, const struct peer *to, const char *text) {
    expect_int(udp_send(fd, text, strlen(text), &to->at), strlen(text), "calling udp_send with \"%s\"", text);
    expect_arrival(to, text, strlen(text));
}

Test(udp_send, sends_from_every_kind_of_socket, .timeout = 3,
     .description = "UDP-TX-001 UDP-TX-001b UDP-RULE-003 UDP-RULE-003b UDP-RULE-003c: bound or not, connected or not, "
                    "non-blocking or not, for both families") {
    for (size_t i = 0; i < 2; i++) {
        struct pair pair = pair_open(families[i]);
        int unbound = socket(families[i], SOCK_DGRAM | SOCK_CLOEXEC, 0);
        require(unbound != -1, "open a socket");
        send_and_find(unbound, &pair.to, "from a socket without a port");
        send_and_find(pair.from.fd, &pair.to, "from a bound socket");
        set_nonblocking(pair.from.fd, true);
        send_and_find(pair.from.fd, &pair.to, "from a non-blocking socket");
        peer_connect(&pair.from, &pair.to.at);
        send_and_find(pair.from.fd, &pair.to, "from a connected and non-blocking socket");
        set_nonblocking(pair.from.fd, false);
        send_and_find(pair.from.fd, &pair.to, "from a connected socket");
        close(unbound);
        pair_close(&pair);
    }
}

Test(udp_send, sends_to_the_peer_that_is_given, .timeout = 3,
     .description = "UDP-TX-001a UDP-RULE-003d: sockets of both families, whose own peer is a third one") {
    for (size_t i = 0; i < 2; i++) {
        struct pair pair = pair_open(families[i]);
        struct peer third = peer_open(families[i]);
        peer_connect(&pair.from, &third.at);
        send_and_find(pair.from.fd, &pair.to, "not for the third");
        expect_int(peer_drain(&third), 0, "the number of datagrams at the third socket");
        peer_close(&third);
        pair_close(&pair);
    }
}

Test(udp_send, needs_no_data_where_len_is_0, .timeout = 3,
     .description = "UDP-TX-002 UDP-RULE-005 UDP-RULE-005a: data NULL, for both families") {
    for (size_t i = 0; i < 2; i++) {
        struct pair pair = pair_open(families[i]);
        expect_int(udp_send(pair.from.fd, NULL, 0, &pair.to.at), 0, "calling udp_send with data NULL and len 0");
        expect_arrival(&pair.to, "", 0);
        pair_close(&pair);
    }
}

/* If a length is kept in 16 bits, 65,546 becomes 10. */
static void send_too_much(int family, size_t least) {
    const size_t lengths[] = {least, least + 1, 65546, 100000, 131072, 131082, 1000000};
    struct pair pair = pair_open(family);
    unsigned char *data = calloc(1, 1000000);
    require(data != NULL, "find memory");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        expect_error(udp_send(pair.from.fd, data, lengths[i], &pair.to.at), EMSGSIZE, "calling udp_send with %zu bytes",
                     lengths[i]);
    }
    expect_int(peer_drain(&pair.to), 0, "the number of datagrams that arrive");
    free(data);
    pair_close(&pair);
}

Test(udp_send, refuses_every_larger_length_over_ipv4, .timeout = 3,
     .description = "UDP-TX-004 UDP-TX-004a: seven lengths from 65,508 to 1,000,000") {
    send_too_much(AF_INET, UDP_MAX_IPV4 + 1);
}

Test(udp_send, refuses_every_larger_length_over_ipv6, .timeout = 3,
     .description = "UDP-TX-005: seven lengths from 65,528 to 1,000,000") {
    send_too_much(AF_INET6, UDP_MAX_IPV6 + 1);
}

Test(udp_send, sends_once_however_often_it_is_interrupted, .timeout = 3,
     .description = "UDP-TX-006 UDP-RULE-002 UDP-RULE-002a: one to ten interruptions, also on a non-blocking socket") {
    for (unsigned i = 0; i < 4; i++) {
        struct pair pair = pair_open(families[i % 2]);
        set_nonblocking(pair.from.fd, i >= 2);
        fail_calls(SENDING, 1, 1 + 3 * i, EINTR);
        expect_int(udp_send(pair.from.fd, "once", 4, &pair.to.at), 4, "calling udp_send, with %u interruptions",
                   1 + 3 * i);
        fail_calls(SENDING, 1, 0, 0);
        expect_int(peer_drain(&pair.to), 1, "the number of datagrams that arrive");
        pair_close(&pair);
    }
}

static const int errors[] = {ECONNREFUSED, ENOBUFS, EPERM, EACCES, EHOSTUNREACH, ENETUNREACH, ENOMEM, EINVAL, EPIPE};
enum { ERRORS = sizeof errors / sizeof errors[0] };

Test(udp_send, repeats_nothing_after_other_errors, .timeout = 3,
     .description = "UDP-TX-006a UDP-RULE-003e: ten errors, each of one call, then counts what arrives") {
    for (size_t i = 0; i <= ERRORS; i++) {
        struct pair pair = pair_open(AF_INET);
        int error = i < ERRORS ? errors[i] : EAGAIN;
        set_nonblocking(pair.from.fd, true);
        fail_calls(SENDING, 1, 1, error);
        step("one send fails with errno %d", error);
        expect_true(udp_send(pair.from.fd, "never", 5, &pair.to.at) != -1 || errno != ENOSYS, "udp_send is written");
        fail_calls(SENDING, 1, 0, 0);
        expect_int(peer_drain(&pair.to), 0, "the number of datagrams that arrive");
        pair_close(&pair);
    }
}

Test(udp_send, reports_every_errno, .timeout = 3,
     .description = "UDP-TX-009 UDP-RULE-001 UDP-RULE-001b: nine errors of every call, -1, and the end of a pipe") {
    struct pair pair = pair_open(AF_INET6);
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "open a pipe");
    for (size_t i = 0; i < ERRORS; i++) {
        fail_calls(SENDING, 1, UINT_MAX, errors[i]);
        expect_error(udp_send(pair.from.fd, "x", 1, &pair.to.at), errors[i], "each send fails with errno %d",
                     errors[i]);
    }
    fail_calls(SENDING, 1, 0, 0);
    expect_error(udp_send(ends[1], "x", 1, &pair.to.at), ENOTSOCK, "calling udp_send on a pipe");
    expect_error(udp_send(-1, "x", 1, &pair.to.at), EBADF, "calling udp_send on -1");
    close(ends[0]);
    close(ends[1]);
    pair_close(&pair);
}

Test(udp_send, reports_an_earlier_refusal, .timeout = 3,
     .description =
         "UDP-TX-009b: connected sockets of both families that were refused, and what arrives at a third one") {
    for (size_t i = 0; i < 2; i++) {
        struct peer refused = peer_refused(families[i]), to = peer_open(families[i]);
        expect_error(udp_send(refused.fd, "lost", 4, &to.at), ECONNREFUSED, "calling udp_send after a refusal");
        expect_int(peer_drain(&to), 0, "the number of datagrams that arrive");
        expect_int(udp_send(refused.fd, "next", 4, &to.at), 4, "calling udp_send again");
        expect_arrival(&to, "next", 4);
        peer_close(&refused);
        peer_close(&to);
    }
}

Test(udp_send, leaves_the_process_as_it_was, .timeout = 3,
     .description = "UDP-TX-010 UDP-RULE-001d UDP-RULE-001e UDP-RULE-003h UDP-RULE-003i UDP-RULE-008: signals, flags, "
                    "descriptors and "
                    "output, after a success, two errors and an interruption") {
    static const char too_long[UDP_MAX_IPV4 + 1];
    mark_signals();
    for (size_t i = 0; i < 2; i++) {
        struct pair pair = pair_open(AF_INET);
        set_nonblocking(pair.from.fd, i == 1);
        struct caller_state before = caller_state(pair.from.fd);
        expect_int(udp_send(pair.from.fd, "x", 1, &pair.to.at), 1, "calling udp_send");
        expect_unchanged(&before, "udp_send, which succeeded");
        fail_calls(SENDING, 1, 2, EINTR);
        expect_int(udp_send(pair.from.fd, "x", 1, &pair.to.at), 1, "calling udp_send, which is interrupted twice");
        fail_calls(SENDING, 1, 0, 0);
        expect_unchanged(&before, "udp_send, which was interrupted");
        output_start();
        udp_send(pair.from.fd, too_long, sizeof too_long, &pair.to.at);
        udp_send(-1, "x", 1, &pair.to.at);
        expect_int(output_stop(), 0, "the number of bytes that two failing calls print");
        expect_unchanged(&before, "udp_send, which failed");
        pair_close(&pair);
    }
}
