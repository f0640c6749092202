/* call_errors.c - udp_call: errors of every system call in every attempt, and what the process looks like afterwards.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/caller_state.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/output.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/faults/closes.h"
#include "support/faults/faults.h"
#include "support/faults/waits.h"
#include "support/net/pair.h"
#include "support/net/responder.h"

/* Longer than any watchdog, and less than 2^31 microseconds. */
static const struct udp_call_options endless = {.attempts = 2, .timeout_ms = 1800 * 1000, .backoff = 1};

/* The first attempt is short, and the second lasts longer than any watchdog. */
static const struct udp_call_options long_second = {.attempts = 3, .timeout_ms = 1, .backoff = 1800 * 1000};

static const struct udp_call_options brief = {.attempts = 2, .timeout_ms = 1, .backoff = 1};

static void say_ok(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    responder_reply(server, "ok", 2, &request->from);
}

Test(udp_call, reports_every_error_of_a_send, .timeout = 3,
     .description = "UDP-CLI-007 UDP-CLI-007a UDP-CLI-007b UDP-RULE-001 UDP-RULE-001b: nine errors, of the first send "
                    "and of the second") {
    static const int errors[] = {EPERM, ENOBUFS, ENETUNREACH, EHOSTUNREACH, EACCES, ENOMEM, EINVAL, ECONNREFUSED, EIO};
    struct peer silent = peer_open(AF_INET);
    char reply[8];
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        fail_calls(SENDING, 1, UINT_MAX, errors[i]);
        expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &endless), errors[i],
                     "the first send fails with errno %d", errors[i]);
        fail_calls(SENDING, 1, 0, 0);
        expect_int(peer_drain(&silent), 0, "the number of requests that the server got");
        fail_calls(SENDING, 2, UINT_MAX, errors[i]);
        expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &long_second), errors[i],
                     "the second send fails with errno %d", errors[i]);
        fail_calls(SENDING, 1, 0, 0);
        expect_int(peer_drain(&silent), 1, "the number of requests that the server got");
    }
    peer_close(&silent);
}

Test(udp_call, reports_every_error_of_a_receive, .timeout = 3,
     .description = "UDP-CLI-007 UDP-CLI-007b UDP-RULE-001b: five errors, when the server has answered, with attempts "
                    "that last for hours") {
    static const int errors[] = {ENOMEM, EIO, ENOBUFS, EHOSTUNREACH, ECONNREFUSED};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct responder *server = responder_start(AF_INET, say_ok, NULL, 0);
        char reply[8];
        fail_calls(RECEIVING, 1, UINT_MAX, errors[i]);
        expect_error(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &endless), errors[i],
                     "each receive fails with errno %d", errors[i]);
        fail_calls(RECEIVING, 1, 0, 0);
        responder_stop(server);
        responder_free(server);
    }
}

/* After the first request, the server refuses everything: it is connected to itself. */
static void refuse_from_now_on(struct responder *server, unsigned number, const struct request *request) {
    (void)request;
    if (number == 1)
        peer_connect(&server->socket, &server->socket.at);
}

Test(udp_call, reports_a_refusal_in_a_later_attempt, .timeout = 3,
     .description = "UDP-CLI-007 UDP-CLI-007a: a server that refuses the second request; a closed port") {
    static const struct udp_call_options long_third = {.attempts = 40, .timeout_ms = 1, .backoff = 3};
    struct peer deaf = peer_deaf(AF_INET);
    char reply[8];
    struct responder *server = responder_start(AF_INET, refuse_from_now_on, NULL, 0);
    expect_error(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &long_third), ECONNREFUSED,
                 "calling a server that goes away");
    responder_stop(server);
    responder_free(server);
    expect_error(udp_call(&deaf.at, "x", 1, reply, sizeof reply, &endless), ECONNREFUSED,
                 "calling where nobody listens");
    peer_close(&deaf);
}

/* Every call of a class fails. Returns the errno of udp_call, or 0 if it did not fail. */
static int error_of_call(const struct udp_peer *server, enum call_class class, int error) {
    char reply[8];
    fail_calls(class, 1, UINT_MAX, error);
    errno = 0;
    ssize_t result = udp_call(server, "x", 1, reply, sizeof reply, &brief);
    int reported = errno;
    fail_calls(class, 1, 0, 0);
    return result == -1 ? reported : 0;
}

/* Which error is reported is the matter of UDP-CLI-007. Here it must be the same if close changes errno. */
static void fail_once(const struct udp_peer *server, enum call_class class, int error) {
    int before = open_descriptors(), plain = error_of_call(server, class, error);
    unsigned in_vain = closes_in_vain();
    closes_spoil_errno(true);
    int spoilt = error_of_call(server, class, error);
    closes_spoil_errno(false);
    expect_int(spoilt, plain, "the errno of udp_call, when errno %d in class %d is followed by a close", error,
               (int)class);
    expect_int(open_descriptors(), before, "the number of open descriptors");
    expect_int(closes_in_vain() - in_vain, 0, "the number of descriptors that were closed twice");
}

Test(udp_call, cleans_up_after_every_error, .timeout = 3,
     .description = "UDP-CLI-016 UDP-CLI-016a UDP-CLI-016b UDP-RULE-001c UDP-RULE-001g: a failing socket, connect, "
                    "send and receive, when "
                    "close changes errno") {
    static const int errors[] = {ENOMEM, ENETUNREACH, EACCES};
    expect_written(udp_call(&(struct udp_peer){.len = 0}, "x", 1, NULL, 0, &brief));
    for (size_t i = 0; i < 3; i++) {
        struct responder *server = responder_start(AF_INET, say_ok, NULL, 0);
        fail_once(&server->socket.at, OPENING, errors[i]);
        fail_once(&server->socket.at, PAIRING, errors[i]);
        fail_once(&server->socket.at, SENDING, errors[i]);
        fail_once(&server->socket.at, RECEIVING, errors[i]);
        responder_stop(server);
        responder_free(server);
    }
}

Test(udp_call, keeps_the_errno_of_a_timeout, .timeout = 3,
     .description = "UDP-CLI-003 UDP-RULE-001c: a silent server, when close changes errno") {
    struct peer silent = peer_open(AF_INET);
    char reply[8];
    closes_spoil_errno(true);
    expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &brief), ETIMEDOUT, "calling a silent server");
    closes_spoil_errno(false);
    peer_close(&silent);
}

/* Code that does not wait by poll or select times out. */
Test(udp_call, reports_a_wait_that_fails, .timeout = 3,
     .description = "UDP-CLI-007 UDP-CLI-007b UDP-RULE-001f: a poll or select without memory") {
    struct peer silent = peer_open(AF_INET);
    char reply[8];
    fail_waits(1, ENOMEM);
    errno = 0;
    ssize_t result = udp_call(&silent.at, "x", 1, reply, sizeof reply, &brief);
    int error = errno, expected = waits_failed() > 0 ? ENOMEM : ETIMEDOUT;
    fail_waits(0, 0);
    expect_int(result, -1, "calling udp_call, whose wait fails with ENOMEM");
    expect_int(error, expected, "its errno");
    peer_close(&silent);
}

Test(udp_call, survives_a_lack_of_descriptors, .timeout = 3,
     .description = "UDP-CLI-016 UDP-RULE-001f UDP-RULE-001g: no descriptor is left, then there are enough again") {
    struct responder *server = responder_start(AF_INET, say_ok, NULL, 0);
    int before = open_descriptors();
    char reply[8];
    allow_descriptors(0);
    errno = 0;
    ssize_t result = udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &endless);
    int error = errno;
    allow_all_descriptors();
    expect_int(result, -1, "calling udp_call when no descriptor is left");
    expect_int(error, EMFILE, "its errno");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    expect_int(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &endless), 2,
               "calling udp_call when there are enough");
    responder_stop(server);
    responder_free(server);
}

static struct descriptor_set before_call;
static int for_programs;

static void look_at_descriptors(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    for_programs = open_for_programs(&before_call);
    responder_reply(server, "ok", 2, &request->from);
}

Test(udp_call, opens_nothing_for_other_programs, .timeout = 3,
     .description =
         "UDP-CLI-016 UDP-RULE-004 UDP-RULE-004a: the descriptors that are new while the server has the request") {
    struct responder *server = responder_start(AF_INET, look_at_descriptors, NULL, 0);
    char reply[8];
    before_call = descriptor_set();
    expect_int(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &endless), 2, "calling udp_call");
    responder_stop(server);
    expect_int(for_programs, 0, "the number of new descriptors without FD_CLOEXEC");
    responder_free(server);
}

Test(udp_call, writes_nothing_past_the_end_after_errors, .timeout = 3,
     .description = "UDP-CLI-011 UDP-RULE-006: what is behind the room, after a timeout, a refusal and a request that "
                    "is too long") {
    static const char too_long[UDP_MAX_IPV4 + 1];
    struct peer silent = peer_open(AF_INET), deaf = peer_deaf(AF_INET);
    char reply[32], untouched[32];
    memset(reply, '#', sizeof reply);
    memset(untouched, '#', sizeof untouched);
    expect_written(udp_call(&silent.at, too_long, sizeof too_long, reply, 0, NULL));
    udp_call(&silent.at, "x", 1, reply, 4, &brief);
    udp_call(&deaf.at, "x", 1, reply, 4, &brief);
    udp_call(&silent.at, too_long, sizeof too_long, reply, 4, &brief);
    expect_bytes(reply + 4, sizeof reply - 4, untouched, sizeof reply - 4, "the bytes behind cap");
    peer_close(&silent);
    peer_close(&deaf);
}

Test(udp_call, leaves_the_process_as_it_was, .timeout = 3,
     .description =
         "UDP-CLI-016 UDP-CLI-016a UDP-RULE-001d UDP-RULE-001e UDP-RULE-008: signals, descriptors and output, after an "
         "answer, a timeout, a "
         "refusal and a request that is too long") {
    static const char too_long[UDP_MAX_IPV4 + 1];
    struct responder *server = responder_start(AF_INET, say_ok, NULL, 0);
    struct peer silent = peer_open(AF_INET), deaf = peer_deaf(AF_INET);
    char reply[8];
    mark_signals();
    struct caller_state before = caller_state(silent.fd);
    expect_int(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &endless), 2, "calling udp_call");
    expect_unchanged(&before, "udp_call, which got an answer");
    output_start();
    udp_call(&silent.at, "x", 1, reply, sizeof reply, &brief);
    udp_call(&deaf.at, "x", 1, reply, sizeof reply, &brief);
    udp_call(&silent.at, too_long, sizeof too_long, reply, sizeof reply, &brief);
    expect_int(output_stop(), 0, "the number of bytes that three failing calls print");
    expect_unchanged(&before, "udp_call, which failed");
    responder_stop(server);
    responder_free(server);
    peer_close(&silent);
    peer_close(&deaf);
}
