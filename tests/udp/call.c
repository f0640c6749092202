/* call.c - udp_call: ask, ask again, and accept the answer of the server that was asked. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/core/short_waits.h"
#include "support/core/stopwatch.h"
#include "support/faults/interruptions.h"
#include "support/net/peer.h"
#include "support/net/responder.h"

/* For calls that get an answer: time enough for the slowest machine. The answer ends the wait. */
static const struct udp_call_options patient = {.attempts = 12, .timeout_ms = 10, .backoff = 2};

/* The first attempt is longer than any watchdog, and less than 2^31 microseconds. The call returns at once, or the
 * watchdog ends the test. */
static const struct udp_call_options endless = {.attempts = 2, .timeout_ms = 1800 * 1000, .backoff = 1};

static void expect_answer(const struct udp_peer *server, const char *request, const char *reply,
                          const struct udp_call_options *options) {
    char got[64];
    ssize_t len;
    step("the request is \"%s\"", request);
    expect_int(len = udp_call(server, request, strlen(request), got, sizeof got, options), strlen(reply),
               "calling udp_call with \"%s\"", request);
    expect_bytes(got, (size_t)len, reply, strlen(reply), "the reply to \"%s\"", request);
}

Test(udp_call, returns_the_reply, .timeout = 3,
     .description = "UDP-CLI-001: a request of 5000 random bytes that the server sends back") {
    struct responder *server = responder_start(AF_INET, responder_echo, NULL, 0);
    struct dice dice = dice_for("request");
    static unsigned char request[5000], reply[6000];
    dice_fill(&dice, request, sizeof request);
    expect_int(udp_call(&server->socket.at, request, sizeof request, reply, sizeof reply, &patient), 5000,
               "calling udp_call with 5000 bytes, which the server sends back");
    responder_stop(server);
    expect_bytes(server->requests[0].bytes, server->requests[0].len, request, sizeof request, "the request");
    expect_bytes(reply, 5000, request, sizeof request, "the reply");
    responder_free(server);
}

/* Ignores the first request and answers all others. */
static void ignore_first(struct responder *server, unsigned number, const struct request *request) {
    if (number > 1)
        responder_reply(server, "ok", 2, &request->from);
}

Test(udp_call, asks_again_from_the_same_socket, .timeout = 3,
     .description = "UDP-CLI-002: a server that ignores the first request") {
    struct responder *server = responder_start(AF_INET, ignore_first, NULL, 0);
    expect_answer(&server->socket.at, "hello?", "ok", &patient);
    responder_stop(server);
    const struct request *first = &server->requests[0], *second = &server->requests[1];
    expect_bytes(second->bytes, second->len, first->bytes, first->len, "the second request, compared with the first");
    expect_peer(&second->from, &first->from, "the sender of the second request, compared with that of the first");
    responder_free(server);
}

Test(udp_call, gives_up_after_so_many_attempts, .timeout = 3,
     .description = "UDP-CLI-003 UDP-CLI-003a: 3 attempts, then 1 attempt, at a silent server") {
    static const struct udp_call_options three = {.attempts = 3, .timeout_ms = 4, .backoff = 1};
    static const struct udp_call_options once = {.attempts = 1, .timeout_ms = 4, .backoff = 1};
    struct peer silent = peer_open(AF_INET);
    char reply[8];
    expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &three), ETIMEDOUT,
                 "calling udp_call with 3 attempts");
    expect_int(peer_drain(&silent), 3, "the number of requests that the server got");
    expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &once), ETIMEDOUT,
                 "calling udp_call with 1 attempt");
    expect_int(peer_drain(&silent), 1, "the number of requests that the server got");
    peer_close(&silent);
}

static bool call_in_vain(void *ctx, int timeout_ms) {
    const struct udp_call_options brief = {.attempts = 3, .timeout_ms = (unsigned)timeout_ms, .backoff = 2};
    const struct peer *silent = ctx;
    char reply[8];
    return udp_call(&silent->at, "x", 1, reply, sizeof reply, &brief) == -1 && errno == ETIMEDOUT;
}

Test(udp_call, waits_longer_each_time, .timeout = 3,
     .description = "UDP-CLI-004 UDP-CLI-004a UDP-CLI-004b: 6, 18 and 54 ms; then thirty calls of 1, 2 and 4 ms") {
    static const struct udp_call_options growing = {.attempts = 3, .timeout_ms = 6, .backoff = 3};
    struct peer silent = peer_open(AF_INET);
    char reply[8];
    double start = stopwatch_ms();
    expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &growing), ETIMEDOUT,
                 "calling udp_call with waits of 6, 18 and 54 ms");
    expect_at_least(stopwatch_ms() - start, 6 + 18 + 54, "how long it waited");
    expect_short_waits(call_in_vain, &silent, 1, 1 + 2 + 4);
    peer_close(&silent);
}

/* A stranger, the socket in ctx, answers before the server does. */
static void let_stranger_answer_first(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    const struct peer *stranger = server->ctx;
    step("a stranger on port %u sends 6 bytes to port %u", peer_port(&stranger->at), peer_port(&request->from));
    peer_send(stranger, "forged", 6, &request->from);
    responder_reply(server, "genuine", 7, &request->from);
}

Test(udp_call, ignores_strangers, .timeout = 3,
     .description = "UDP-CLI-005 UDP-CLI-005a: a stranger whose reply comes before the server's") {
    static struct peer stranger;
    stranger = peer_open(AF_INET);
    struct responder *server = responder_start(AF_INET, let_stranger_answer_first, &stranger, 0);
    expect_answer(&server->socket.at, "hello?", "genuine", &patient);
    responder_stop(server);
    responder_free(server);
    peer_close(&stranger);
}

/* At each request and at each tick, a stranger sends to the client. The server is silent. */
static void let_stranger_pester(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    peer_send(server->ctx, "pester", 6, &request->from);
}

/* These datagrams come at shorter intervals than the timeout. If each starts a new wait, the attempt never ends. */
Test(udp_call, is_not_delayed_by_strangers, .timeout = 3,
     .description = "UDP-CLI-006: a stranger that sends every 5 ms, 2 attempts of 150 ms") {
    static const struct udp_call_options two = {.attempts = 2, .timeout_ms = 150, .backoff = 1};
    static struct peer stranger;
    stranger = peer_open(AF_INET);
    struct responder *server = responder_start(AF_INET, let_stranger_pester, &stranger, 5);
    char reply[8];
    step("a stranger sends to the client every 5 ms");
    expect_error(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &two), ETIMEDOUT,
                 "calling udp_call with 2 attempts of 150 ms");
    responder_stop(server);
    expect_int(server->count, 2, "the number of requests that the server got");
    responder_free(server);
    peer_close(&stranger);
}

Test(udp_call, fails_at_once_where_nobody_listens, .timeout = 3,
     .description = "UDP-CLI-007: a closed port, with a timeout of half an hour") {
    struct peer deaf = peer_deaf(AF_INET);
    char reply[8];
    expect_error(udp_call(&deaf.at, "x", 1, reply, sizeof reply, &endless), ECONNREFUSED,
                 "calling udp_call where nobody listens, with a timeout of half an hour");
    peer_close(&deaf);
}

/* Answers with an empty datagram. */
static void say_nothing(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    responder_reply(server, "", 0, &request->from);
}

Test(udp_call, takes_an_empty_reply, .timeout = 3,
     .description = "UDP-CLI-008: a server that replies with an empty datagram") {
    struct responder *server = responder_start(AF_INET, say_nothing, NULL, 0);
    expect_answer(&server->socket.at, "hello?", "", &patient);
    responder_stop(server);
    responder_free(server);
}

/* When the second request comes, sends one answer to the sender of the first request. */
static void answer_first_late(struct responder *server, unsigned number, const struct request *request) {
    (void)request;
    if (number == 2)
        responder_reply(server, "late", 4, &server->requests[0].from);
}

Test(udp_call, takes_the_answer_to_an_earlier_attempt, .timeout = 3,
     .description = "UDP-CLI-009: a server that answers the first request when the second comes") {
    struct responder *server = responder_start(AF_INET, answer_first_late, NULL, 0);
    expect_answer(&server->socket.at, "hello?", "late", &patient);
    responder_stop(server);
    responder_free(server);
}

/* Sends every request back twice. */
static void echo_twice(struct responder *server, unsigned number, const struct request *request) {
    responder_echo(server, number, request);
    responder_echo(server, number, request);
}

/* Each call begins after the duplicate of the last answer has been sent. */
Test(udp_call, takes_no_duplicate_for_the_next_answer, .timeout = 3,
     .description = "UDP-CLI-010: three calls to a server that answers everything twice") {
    struct responder *server = responder_start(AF_INET, echo_twice, NULL, 0);
    expect_answer(&server->socket.at, "one", "one", &patient);
    responder_await(server);
    expect_answer(&server->socket.at, "two", "two", &patient);
    responder_await(server);
    expect_answer(&server->socket.at, "three", "three", &patient);
    responder_stop(server);
    responder_free(server);
}

Test(udp_call, reports_true_length_when_truncated, .timeout = 3,
     .description = "UDP-CLI-011 UDP-CLI-011a: a reply of 10 bytes with cap 4, in a buffer of 16") {
    struct responder *server = responder_start(AF_INET, responder_echo, NULL, 0);
    char reply[16], expected[16];
    memset(reply, '#', sizeof reply);
    memset(expected, '#', sizeof expected);
    memcpy(expected, "0123", 4);
    expect_int(udp_call(&server->socket.at, "0123456789", 10, reply, 4, &patient), 10,
               "calling udp_call with cap 4, for a reply of 10 bytes");
    expect_bytes(reply, sizeof reply, expected, sizeof expected, "the buffer, which was filled with #");
    responder_stop(server);
    responder_free(server);
}

/* Answers the first request after three signals have interrupted the wait of the client. */
static void answer_after_signals(struct responder *server, unsigned number, const struct request *request) {
    if (number == 1)
        interruptions_await(3);
    responder_reply(server, "ok", 2, &request->from);
}

Test(udp_call, is_not_changed_by_signals, .timeout = 3,
     .description = "UDP-CLI-012 UDP-CLI-012a: a call with an answer, a signal every 5 ms") {
    struct responder *server = responder_start(AF_INET, answer_after_signals, NULL, 0);
    interruptions_start(gettid(), 5);
    expect_answer(&server->socket.at, "hello?", "ok", &endless);
    interruptions_stop();
    responder_stop(server);
    expect_int(server->count, 1, "the number of requests that the server got");
    responder_free(server);
}

/* Calls a silent server. Returns how often it was asked, or -1 if the call did not time out. */
static int requests_in_vain(const struct peer *silent, const struct udp_call_options *options) {
    char reply[8];
    errno = 0;
    ssize_t len = udp_call(&silent->at, "x", 1, reply, sizeof reply, options);
    bool timed_out = len == -1 && errno == ETIMEDOUT;
    int requests = (int)peer_drain(silent);
    return timed_out ? requests : -1;
}

Test(udp_call, has_defaults, .timeout = 3,
     .description = "UDP-CLI-013 UDP-CLI-013a: options NULL; 0 attempts, compared with four; 0 for timeout_ms") {
    static const struct udp_call_options attempts = {.timeout_ms = 1, .backoff = 1};
    static const struct udp_call_options four = {.attempts = UDP_CALL_ATTEMPTS, .timeout_ms = 1, .backoff = 1};
    static const struct udp_call_options timeout = {.attempts = 1, .backoff = 1};
    static const struct udp_call_options backoff = {.attempts = 2, .timeout_ms = 15};
    static const struct udp_call_options doubled = {.attempts = 2, .timeout_ms = 15, .backoff = UDP_CALL_BACKOFF};
    struct responder *server = responder_start(AF_INET, responder_echo, NULL, 0);
    struct peer silent = peer_open(AF_INET);
    expect_answer(&server->socket.at, "hello?", "hello?", NULL);
    responder_stop(server);
    responder_free(server);
    expect_int(requests_in_vain(&silent, &attempts), requests_in_vain(&silent, &four),
               "the number of requests with 0 attempts, and with %d", UDP_CALL_ATTEMPTS);
    double start = stopwatch_ms();
    requests_in_vain(&silent, &timeout);
    expect_true(stopwatch_ms() - start >= UDP_CALL_TIMEOUT_MS / 2.0, "0 for timeout_ms is not a short timeout");
    double named_ms = 0, took_ms = 0;
    for (int i = 0; i < 3; i++) {
        start = stopwatch_ms();
        requests_in_vain(&silent, &doubled);
        double time_ms = stopwatch_ms() - start;
        named_ms = i == 0 || time_ms < named_ms ? time_ms : named_ms;
    }
    start = stopwatch_ms();
    requests_in_vain(&silent, &backoff);
    took_ms = stopwatch_ms() - start;
    expect_true(named_ms < 15 + 30 || took_ms >= 15 + 30, "0 for backoff waits as long as %d (it was %.3f ms)",
                UDP_CALL_BACKOFF, took_ms);
    peer_close(&silent);
}

Test(udp_call, speaks_ipv6, .timeout = 3, .description = "UDP-CLI-014: a server on ::1") {
    struct responder *server = responder_start(AF_INET6, responder_echo, NULL, 0);
    expect_answer(&server->socket.at, "hello?", "hello?", &patient);
    responder_stop(server);
    responder_free(server);
}

Test(udp_call, refuses_a_request_that_is_too_long, .timeout = 3,
     .description = "UDP-CLI-015 UDP-CLI-015b: a request of 65,508 bytes, with a timeout of half an hour") {
    static const char too_long[UDP_MAX_IPV4 + 1];
    struct peer silent = peer_open(AF_INET);
    char reply[8];
    expect_error(udp_call(&silent.at, too_long, sizeof too_long, reply, sizeof reply, &endless), EMSGSIZE,
                 "calling udp_call with 65,508 bytes and a timeout of half an hour");
    expect_int(peer_drain(&silent), 0, "the number of datagrams that the server got");
    peer_close(&silent);
}

/* Calls that end in every possible way. Each block has exactly the size that the function is told. */
static void call_around(const struct udp_peer *server, const struct udp_peer *silent, const struct udp_peer *deaf) {
    static const struct udp_call_options brief = {.attempts = 2, .timeout_ms = 1, .backoff = 1};
    static const char too_long[UDP_MAX_IPV4 + 1];
    char *request = malloc(10), *reply = malloc(10);
    require(request && reply, "find memory");
    memset(request, 'x', 10);
    expect_int(udp_call(server, request, 10, reply, 10, &patient), 10, "calling udp_call for an answer of 10 bytes");
    udp_call(server, request, 10, reply, 3, &patient);
    udp_call(silent, request, 10, reply, 10, &brief);
    udp_call(deaf, request, 10, reply, 10, &brief);
    udp_call(server, too_long, sizeof too_long, reply, 10, &brief);
    free(request);
    free(reply);
}

Test(udp_call, leaves_nothing_behind, .timeout = 3,
     .description = "UDP-CLI-016 UDP-CLI-016a: 50 calls that end in every way, with blocks of exact size") {
    struct responder *server = responder_start(AF_INET, responder_echo, NULL, 0);
    struct peer silent = peer_open(AF_INET), deaf = peer_deaf(AF_INET);
    int before = open_descriptors();
    for (int i = 0; i < 10; i++)
        call_around(&server->socket.at, &silent.at, &deaf.at);
    expect_int(open_descriptors(), before, "the number of open descriptors after 50 calls");
    responder_stop(server);
    responder_free(server);
    peer_close(&silent);
    peer_close(&deaf);
}
