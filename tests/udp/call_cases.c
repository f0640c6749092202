/* call_cases.c - udp_call: lengths at their limits, attempts, strangers, replies, both families. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/waits.h"
#include "support/net/pair.h"
#include "support/net/responder.h"

/* For calls that get an answer: time enough for the slowest machine. */
static const struct udp_call_options patient = {.attempts = 12, .timeout_ms = 10, .backoff = 2};

/* Longer than any watchdog, and less than 2^31 microseconds. */
static const struct udp_call_options endless = {.attempts = 2, .timeout_ms = 1800 * 1000, .backoff = 1};

static void say_ok(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    responder_reply(server, "ok", 2, &request->from);
}

static unsigned char *pattern(size_t len) {
    unsigned char *bytes = malloc(len + 1);
    require(bytes != NULL, "find memory");
    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 256);
    return bytes;
}

static void ask_at_length(int family, size_t len) {
    struct responder *server = responder_start(family, say_ok, NULL, 0);
    unsigned char *request = pattern(len);
    char reply[8];
    expect_int(udp_call(&server->socket.at, request, len, reply, sizeof reply, &endless), 2,
               "calling udp_call with %zu bytes", len);
    responder_stop(server);
    size_t kept = len < RESPONDER_REQUEST_MAX ? len : RESPONDER_REQUEST_MAX;
    expect_int(server->requests[0].len, len, "the length of the request that the server got");
    expect_bytes(server->requests[0].bytes, kept, request, kept, "its first bytes");
    free(request);
    responder_free(server);
}

Test(udp_call, sends_requests_of_every_length, .timeout = 3,
     .description = "UDP-CLI-001 UDP-CLI-001a: 0, 1, 1473, 8999 and 65,507 bytes over IPv4") {
    ask_at_length(AF_INET, 0);
    ask_at_length(AF_INET, 1);
    ask_at_length(AF_INET, 1473);
    ask_at_length(AF_INET, 8999);
    ask_at_length(AF_INET, UDP_MAX_IPV4);
}

Test(udp_call, knows_the_limit_of_ipv6, .timeout = 3,
     .description = "UDP-CLI-015 UDP-CLI-015a: 65,508 and 65,527 bytes to a server on ::1, then one byte more") {
    static const unsigned char too_long[UDP_MAX_IPV6 + 1];
    struct peer silent = peer_open(AF_INET6);
    char reply[8];
    ask_at_length(AF_INET6, UDP_MAX_IPV4 + 1);
    ask_at_length(AF_INET6, UDP_MAX_IPV6);
    expect_error(udp_call(&silent.at, too_long, sizeof too_long, reply, sizeof reply, &endless), EMSGSIZE,
                 "calling udp_call with 65,528 bytes over IPv6");
    expect_int(peer_drain(&silent), 0, "the number of datagrams that the server got");
    peer_close(&silent);
}

/* In 16 bits, the last two lengths are 10. */
Test(udp_call, refuses_every_larger_length, .timeout = 3,
     .description = "UDP-CLI-015 UDP-CLI-015a UDP-CLI-015b: four lengths from 65,508 to 131,082, to a server that "
                    "listens and to one "
                    "that does not") {
    static const size_t lengths[] = {UDP_MAX_IPV4 + 1, UDP_MAX_IPV6, 65546, 131082};
    struct peer silent = peer_open(AF_INET), deaf = peer_deaf(AF_INET);
    unsigned char *request = pattern(131082);
    char reply[8];
    for (size_t i = 0; i < 4; i++) {
        expect_error(udp_call(&silent.at, request, lengths[i], reply, sizeof reply, &endless), EMSGSIZE,
                     "calling udp_call with %zu bytes", lengths[i]);
        expect_error(udp_call(&deaf.at, request, lengths[i], reply, sizeof reply, &endless), EMSGSIZE,
                     "calling udp_call with %zu bytes where nobody listens", lengths[i]);
    }
    expect_int(peer_drain(&silent), 0, "the number of datagrams that the server got");
    free(request);
    peer_close(&silent);
    peer_close(&deaf);
}

Test(udp_call, needs_neither_request_nor_room, .timeout = 3,
     .description = "UDP-CLI-001 UDP-CLI-001a UDP-CLI-011b UDP-RULE-005 UDP-RULE-005a UDP-RULE-005d: req NULL, reply "
                    "NULL, options NULL") {
    struct responder *server = responder_start(AF_INET, say_ok, NULL, 0);
    char reply[8];
    expect_int(udp_call(&server->socket.at, NULL, 0, reply, sizeof reply, &patient), 2,
               "calling udp_call with req NULL");
    expect_int(udp_call(&server->socket.at, "x", 1, NULL, 0, &patient), 2, "calling udp_call with reply NULL");
    expect_int(udp_call(&server->socket.at, NULL, 0, NULL, 0, NULL), 2, "calling udp_call with three times NULL");
    responder_stop(server);
    responder_free(server);
}

/* Ignores three requests and answers the fourth. */
static void ignore_three(struct responder *server, unsigned number, const struct request *request) {
    if (number >= 4)
        responder_reply(server, "ok", 2, &request->from);
}

Test(udp_call, asks_in_the_same_way_each_time, .timeout = 3,
     .description = "UDP-CLI-002: a server that ignores three requests of 500 bytes") {
    static const struct udp_call_options often = {.attempts = 30, .timeout_ms = 2, .backoff = 2};
    unsigned char *request = pattern(500);
    struct responder *server = responder_start(AF_INET, ignore_three, NULL, 0);
    char reply[8];
    expect_int(udp_call(&server->socket.at, request, 500, reply, sizeof reply, &often), 2, "calling udp_call");
    responder_stop(server);
    for (unsigned k = 0; k < 4; k++) {
        const struct request *got = &server->requests[k];
        expect_bytes(got->bytes, got->len, server->requests[0].bytes, server->requests[0].len,
                     "request %u, compared with the first one", k + 1);
        expect_peer(&got->from, &server->requests[0].from, "its sender, compared with that of the first request");
    }
    responder_free(server);
    free(request);
}

Test(udp_call, counts_its_attempts, .timeout = 3,
     .description = "UDP-CLI-003 UDP-CLI-003a: 1, 2, 7 and 100 attempts at a silent server") {
    static const unsigned attempts[] = {1, 2, 7, 100};
    for (size_t i = 0; i < 4; i++) {
        struct udp_call_options options = {.attempts = attempts[i], .timeout_ms = 1, .backoff = 1};
        struct peer silent = peer_open(AF_INET);
        char reply[8];
        expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &options), ETIMEDOUT,
                     "calling udp_call with %u attempts", attempts[i]);
        expect_int(peer_drain(&silent), attempts[i], "the number of requests that the server got");
        peer_close(&silent);
    }
}

/* Strangers in ctx answer before the server does: with other bytes, with none, and many times. */
static void let_strangers_answer_first(struct responder *server, unsigned number, const struct request *request) {
    const struct peer *stranger = server->ctx;
    (void)number;
    for (int i = 0; i < 5; i++) {
        peer_send(stranger, "forged", 6, &request->from);
        peer_send(stranger, "", 0, &request->from);
    }
    responder_reply(server, "genuine", 7, &request->from);
}

static void expect_genuine(int family, struct peer *stranger) {
    struct responder *server = responder_start(family, let_strangers_answer_first, stranger, 0);
    char reply[8];
    expect_int(udp_call(&server->socket.at, "hello?", 6, reply, sizeof reply, &patient), 7, "calling udp_call");
    expect_bytes(reply, 7, "genuine", 7, "the reply");
    responder_stop(server);
    responder_free(server);
}

Test(udp_call, ignores_many_strangers, .timeout = 3,
     .description =
         "UDP-CLI-005 UDP-CLI-005a: ten datagrams from another port of the server's address, empty ones too") {
    static struct peer stranger;
    stranger = peer_open(AF_INET);
    expect_genuine(AF_INET, &stranger);
    peer_close(&stranger);
}

/* A socket on 127.0.0.2 with the port of the server. */
static void let_a_namesake_answer_first(struct responder *server, unsigned number, const struct request *request) {
    static struct peer namesake;
    struct sockaddr_in in = {AF_INET, htons(peer_port(&server->socket.at)), {htonl(INADDR_LOOPBACK + 1)}, {0}};
    if (number == 1) {
        namesake = peer_open(AF_INET);
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd != -1 && bind(fd, (struct sockaddr *)&in, sizeof in) == 0)
            peer_send(&(struct peer){fd, namesake.at}, "forged", 6, &request->from);
        close(fd);
        peer_close(&namesake);
    }
    responder_reply(server, "genuine", 7, &request->from);
}

/* If somebody else has that port at 127.0.0.2, there is no stranger this time. */
Test(udp_call, ignores_the_servers_port_at_another_address, .timeout = 3,
     .description = "UDP-CLI-005a: a stranger at 127.0.0.2 with the server's port") {
    for (int i = 0; i < 3; i++) {
        struct responder *server = responder_start(AF_INET, let_a_namesake_answer_first, NULL, 0);
        char reply[8];
        expect_int(udp_call(&server->socket.at, "hello?", 6, reply, sizeof reply, &patient), 7, "calling udp_call");
        expect_bytes(reply, 7, "genuine", 7, "the reply");
        responder_stop(server);
        responder_free(server);
    }
}

static void say_nothing(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    responder_reply(server, "", 0, &request->from);
}

Test(udp_call, takes_every_empty_reply, .timeout = 3,
     .description = "UDP-CLI-008: with room for the reply and without") {
    struct responder *server = responder_start(AF_INET, say_nothing, NULL, 0);
    char reply[8];
    expect_int(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &endless), 0, "calling udp_call");
    expect_int(udp_call(&server->socket.at, "x", 1, NULL, 0, &endless), 0, "calling udp_call without room");
    responder_stop(server);
    expect_true(server->count > 0, "the server was asked");
    responder_free(server);
}

/* The answer comes between the end of the first wait and the second send. If it does not, the server answers itself. */
static struct {
    struct responder *server;
    bool answered;
} between;

static void answer_now(void) {
    responder_await(between.server);
    responder_reply(between.server, "early", 5, &between.server->requests[0].from);
    between.answered = true;
    peer_settle();
}

static void answer_if_nobody_did(struct responder *server, unsigned number, const struct request *request) {
    if (number > 1 && !between.answered)
        responder_reply(server, "early", 5, &request->from);
}

Test(
    udp_call, keeps_what_arrives_before_the_next_attempt, .timeout = 3,
    .description =
        "UDP-CLI-009 UDP-CLI-009a: an answer that comes when the first wait is over; the second wait lasts for hours") {
    static const struct udp_call_options long_second = {.attempts = 2, .timeout_ms = 1, .backoff = 1800 * 1000};
    char reply[8];
    between.answered = false;
    between.server = responder_start(AF_INET, answer_if_nobody_did, NULL, 0);
    after_timeout(answer_now);
    expect_int(udp_call(&between.server->socket.at, "x", 1, reply, sizeof reply, &long_second), 5, "calling udp_call");
    after_timeout(NULL);
    expect_bytes(reply, 5, "early", 5, "the reply");
    responder_stop(between.server);
    responder_free(between.server);
}

/* Sends a long reply. */
static void say_much(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    const size_t *len = server->ctx;
    unsigned char *bytes = pattern(*len);
    responder_reply(server, bytes, *len, &request->from);
    free(bytes);
}

static void truncate_at(int family, size_t length, size_t cap) {
    static size_t len;
    len = length;
    struct responder *server = responder_start(family, say_much, &len, 0);
    unsigned char *expected = pattern(len), *reply = malloc(cap);
    require(reply != NULL, "find memory");
    expect_int(udp_call(&server->socket.at, "x", 1, reply, cap, &patient), len, "a reply of %zu bytes, with cap %zu",
               len, cap);
    expect_bytes(reply, cap, expected, cap, "its first bytes");
    responder_stop(server);
    responder_free(server);
    free(reply);
    free(expected);
}

Test(udp_call, knows_the_length_of_the_longest_reply, .timeout = 3,
     .description = "UDP-CLI-011 UDP-CLI-011a: 60,000 and 65,507 bytes, in rooms of 1, 1000 and all bytes but one") {
    truncate_at(AF_INET, UDP_MAX_IPV4, 1);
    truncate_at(AF_INET, UDP_MAX_IPV4, UDP_MAX_IPV4 - 1);
    truncate_at(AF_INET, UDP_MAX_IPV4, UDP_MAX_IPV4);
    truncate_at(AF_INET, 60000, 1000);
    truncate_at(AF_INET, 11, 10);
}

Test(udp_call, has_no_room_at_cap_0, .timeout = 3,
     .description = "UDP-CLI-011 UDP-CLI-011b: a reply of 2 bytes with cap 0, and reply NULL or not") {
    struct responder *server = responder_start(AF_INET, say_ok, NULL, 0);
    char reply[4] = "####";
    expect_int(udp_call(&server->socket.at, "x", 1, reply, 0, &patient), 2, "calling udp_call with cap 0");
    expect_bytes(reply, 4, "####", 4, "the buffer");
    expect_int(udp_call(&server->socket.at, "x", 1, NULL, 0, &patient), 2, "calling udp_call with reply NULL");
    responder_stop(server);
    responder_free(server);
}

/* What udp_call gives in four situations, and how often the silent server was asked. */
struct manner {
    ssize_t results[4];
    int errors[4];
    unsigned requests;
};

static void note(struct manner *manner, unsigned which, ssize_t result) {
    manner->results[which] = result;
    manner->errors[which] = result == -1 ? errno : 0;
}

static struct manner manner_of(int family) {
    static const struct udp_call_options brief = {.attempts = 3, .timeout_ms = 1, .backoff = 1};
    static const struct udp_call_options short_waits = {.attempts = 3, .timeout_ms = 100, .backoff = 1};
    static struct peer stranger;
    struct manner manner = {.requests = 0};
    struct peer silent = peer_open(family), deaf = peer_deaf(family);
    struct responder *slow = responder_start(family, ignore_three, NULL, 0), *server;
    char reply[8];
    stranger = peer_open(family);
    server = responder_start(family, let_strangers_answer_first, &stranger, 0);
    step("a silent server, a closed port, a server that ignores three requests, and a stranger");
    note(&manner, 0, udp_call(&silent.at, "x", 1, reply, sizeof reply, &brief));
    manner.requests = peer_drain(&silent);
    note(&manner, 1, udp_call(&deaf.at, "x", 1, reply, sizeof reply, &short_waits));
    note(&manner, 2, udp_call(&slow->socket.at, "x", 1, reply, sizeof reply, &patient));
    note(&manner, 3, udp_call(&server->socket.at, "hello?", 6, reply, sizeof reply, &patient));
    responder_stop(server);
    responder_stop(slow);
    responder_free(server);
    responder_free(slow);
    peer_close(&stranger);
    peer_close(&silent);
    peer_close(&deaf);
    return manner;
}

/* What is right is the matter of other clauses. */
Test(udp_call, does_everything_over_ipv6, .timeout = 3,
     .description = "UDP-CLI-014: a silent server, a closed port, one that ignores three requests and a stranger, on "
                    "::1 and on 127.0.0.1") {
    struct manner ipv4 = manner_of(AF_INET), ipv6 = manner_of(AF_INET6);
    expect_true(ipv4.errors[0] != ENOSYS, "udp_call is written");
    for (unsigned i = 0; i < 4; i++) {
        expect_int((errno = ipv6.errors[i], ipv6.results[i]), ipv4.results[i], "the result over IPv6, as over IPv4");
        expect_int(ipv6.errors[i], ipv4.errors[i], "the errno over IPv6, as over IPv4");
    }
    expect_int(ipv6.requests, ipv4.requests, "the number of requests over IPv6, as over IPv4");
}
