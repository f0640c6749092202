/* serve.c - udp_serve: each request gets its own answer. Only stop_fd or a bad socket ends the loop. */
#include <fcntl.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/faults.h"
#include "support/faults/interruptions.h"
#include "support/net/peer.h"
#include "support/net/service.h"
#include "support/process/kernel_view.h"

/* Replies with the request. */
static ssize_t echo(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    (void)ctx;
    (void)from;
    if (len > cap)
        return -1;
    memcpy(reply, req, len);
    return (ssize_t)len;
}

/* Sends a request. The next datagram that the client gets must be this reply. */
static void expect_reply(struct service *service, const struct peer *client, const char *request, const char *reply) {
    char got[64];
    ssize_t len = service_ask(service, client, request, strlen(request), got, sizeof got);
    expect_true(len != -1, "a reply to \"%s\" comes, and udp_serve goes on", request);
    expect_bytes(got, (size_t)len, reply, strlen(reply), "the reply to \"%s\"", request);
}

/* Stops udp_serve. It must return 0. */
static void expect_good_end(struct service *service) {
    service_stop(service, true);
    expect_int((errno = service->error, service->result), 0,
               "the return value of udp_serve after stop_fd became readable");
}

Test(udp_serve, replies_to_the_sender, .timeout = 3,
     .description = "UDP-SRV-001: one request, and a second socket that must get nothing") {
    static struct service service;
    struct peer client = peer_open(AF_INET), other = peer_open(AF_INET);
    struct udp_peer from;
    char got[8];
    service_start(&service, echo, NULL);
    peer_send(&client, "hello", 5, &service.socket.at);
    expect_true(service_awaits(&service, client.fd), "a reply comes to the client");
    expect_int(peer_receive(&client, got, sizeof got, &from), 5, "the length of the reply");
    expect_peer(&from, &service.socket.at, "the sender of the reply");
    expect_int(peer_drain(&other), 0, "the number of datagrams at another socket");
    service_stop(&service, true);
    service_close(&service);
    peer_close(&other);
    peer_close(&client);
}

Test(udp_serve, keeps_clients_apart, .timeout = 3,
     .description = "UDP-SRV-002: nine requests of three clients, mixed") {
    static const char *const request[] = {"a1", "b1", "c1", "b2", "a2", "c2", "c3", "b3", "a3"};
    static struct service service;
    struct peer client[3] = {peer_open(AF_INET), peer_open(AF_INET), peer_open(AF_INET)};
    unsigned next[3] = {1, 1, 1};
    service_start(&service, echo, NULL);
    for (size_t i = 0; i < 9; i++) {
        step("client %c sends \"%s\"", request[i][0], request[i]);
        peer_send(&client[request[i][0] - 'a'], request[i], 2, &service.socket.at);
    }
    for (size_t i = 0; i < 9; i++) {
        unsigned c = (unsigned)i % 3;
        char got[8], expected[3] = {(char)('a' + c), (char)('0' + next[c]++), '\0'};
        expect_true(service_awaits(&service, client[c].fd), "a reply comes to client %c", 'a' + c);
        ssize_t len = peer_receive(&client[c], got, sizeof got, NULL);
        expect_bytes(got, (size_t)len, expected, 2, "the next reply that client %c gets", 'a' + c);
    }
    service_stop(&service, true);
    service_close(&service);
    for (size_t i = 0; i < 3; i++)
        peer_close(&client[i]);
}

/* Declines what starts with "no". */
static ssize_t decline_no(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply,
                          size_t cap) {
    return len >= 2 && memcmp(req, "no", 2) == 0 ? -1 : echo(ctx, req, len, from, reply, cap);
}

Test(udp_serve, lets_the_handler_decline, .timeout = 3,
     .description = "UDP-SRV-003: a request that the handler declines, between two that it answers") {
    static struct service service;
    struct peer client = peer_open(AF_INET);
    service_start(&service, decline_no, NULL);
    expect_reply(&service, &client, "yes 1", "yes 1");
    step("the client sends \"no\", which the handler declines");
    peer_send(&client, "no", 2, &service.socket.at);
    expect_reply(&service, &client, "yes 2", "yes 2");
    service_stop(&service, true);
    expect_int(peer_drain(&client), 0, "the number of further datagrams at the client");
    expect_int(service.stats.declined, 1, "stats.declined");
    service_close(&service);
    peer_close(&client);
}

/* Replies to every request with an empty datagram. */
static ssize_t say_nothing(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply,
                           size_t cap) {
    (void)ctx, (void)req, (void)len, (void)from, (void)reply, (void)cap;
    return 0;
}

Test(udp_serve, sends_an_empty_reply, .timeout = 3, .description = "UDP-SRV-004: a handler that returns 0") {
    static struct service service;
    struct peer client = peer_open(AF_INET);
    char got[8];
    service_start(&service, say_nothing, NULL);
    expect_int(service_ask(&service, &client, "hello", 5, got, sizeof got), 0, "the length of the reply");
    service_stop(&service, true);
    service_close(&service);
    peer_close(&client);
}

/* Counts its calls in *ctx. Replies with as much of the request as fits. */
static ssize_t count(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    ++*(unsigned *)ctx;
    return echo(NULL, req, len < cap ? len : cap, from, reply, cap);
}

Test(udp_serve, keeps_a_request_that_is_too_long_from_the_handler, .timeout = 3,
     .description = "UDP-SRV-005: a request of 8193 bytes between two short ones") {
    static const char too_long[UDP_REQUEST_MAX + 1];
    static struct service service;
    struct peer client = peer_open(AF_INET);
    static unsigned calls;
    service_start(&service, count, &calls);
    expect_reply(&service, &client, "before", "before");
    step("the client sends a request of %zu bytes", sizeof too_long);
    peer_send(&client, too_long, sizeof too_long, &service.socket.at);
    expect_reply(&service, &client, "after", "after");
    service_stop(&service, true);
    expect_int(calls, 2, "the number of requests that the handler saw");
    expect_int(service.stats.oversized, 1, "stats.oversized");
    service_close(&service);
    peer_close(&client);
}

Test(udp_serve, hands_over_the_longest_request, .timeout = 3,
     .description = "UDP-SRV-006: a request of 8192 bytes that comes back as the reply") {
    static unsigned char longest[UDP_REQUEST_MAX], got[UDP_REQUEST_MAX + 1];
    static struct service service;
    struct peer client = peer_open(AF_INET);
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = (unsigned char)(i * 7 + i / 256);
    service_start(&service, echo, NULL);
    ssize_t len = service_ask(&service, &client, longest, sizeof longest, got, sizeof got);
    expect_true(len != -1, "a reply comes");
    expect_bytes(got, (size_t)len, longest, sizeof longest, "the reply, which must be the same as the request");
    service_stop(&service, true);
    service_close(&service);
    peer_close(&client);
}

/* Replies with the request. Before the reply to "bye" it waits until the client has closed its socket. */
static ssize_t echo_when_gone(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply,
                              size_t cap) {
    if (len == 3 && memcmp(req, "bye", 3) == 0)
        while (sem_wait(ctx) == -1)
            ;
    return echo(NULL, req, len, from, reply, cap);
}

/* With IP_RECVERR an unconnected socket gets ICMP errors too: one call fails for each error. That may be the send of
 * the next reply. So the other client asks twice, and one reply is enough. */
Test(udp_serve, survives_a_client_that_has_gone, .timeout = 3,
     .description = "UDP-SRV-007 UDP-SRV-007a: a socket with IP_RECVERR and a client that closes before its reply") {
    static struct service service;
    struct peer client = peer_open(AF_INET), gone = peer_open(AF_INET);
    int yes = 1;
    static sem_t is_gone;
    require(sem_init(&is_gone, 0, 0) == 0, "make a semaphore");
    service_start(&service, echo_when_gone, &is_gone);
    expect_reply(&service, &client, "before", "before");
    expect_int(setsockopt(service.socket.fd, SOL_IP, IP_RECVERR, &yes, sizeof yes), 0, "setting IP_RECVERR");
    step("a client sends a request from port %u and closes its socket", peer_port(&gone.at));
    peer_send(&gone, "bye", 3, &service.socket.at);
    peer_close(&gone);
    sem_post(&is_gone);
    step("another client sends two requests");
    peer_send(&client, "after", 5, &service.socket.at);
    peer_send(&client, "after", 5, &service.socket.at);
    expect_true(service_awaits(&service, client.fd), "a reply comes, and udp_serve goes on");
    expect_good_end(&service);
    service_close(&service);
    peer_close(&client);
    sem_destroy(&is_gone);
}

/* Makes the sending calls fail after the request "fail". They work again after the next request. */
static ssize_t break_sending(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply,
                             size_t cap) {
    bool breaks = len == 4 && memcmp(req, "fail", 4) == 0;
    fail_calls(SENDING, 1, breaks ? 1000 : 0, EPERM);
    return echo(ctx, req, len, from, reply, cap);
}

Test(udp_serve, survives_a_reply_that_cannot_be_sent, .timeout = 3,
     .description = "UDP-SRV-008: a send that fails with EPERM, between two that work") {
    static struct service service;
    struct peer client = peer_open(AF_INET);
    service_start(&service, break_sending, NULL);
    expect_reply(&service, &client, "before", "before");
    step("the client sends \"fail\", and the reply cannot be sent");
    peer_send(&client, "fail", 4, &service.socket.at);
    expect_reply(&service, &client, "after", "after");
    service_stop(&service, true);
    expect_int(service.stats.failed, 1, "stats.failed");
    service_close(&service);
    peer_close(&client);
}

Test(udp_serve, ends_when_stop_fd_is_readable, .timeout = 3,
     .description = "UDP-SRV-009: a byte in the pipe of stop_fd after one request") {
    static struct service service;
    struct peer client = peer_open(AF_INET);
    service_start(&service, echo, NULL);
    expect_reply(&service, &client, "hello", "hello");
    expect_good_end(&service);
    service_close(&service);
    peer_close(&client);
}

/* The ctx of a handler that stops the loop. */
struct stopping {
    int pipe[2];
    unsigned calls;
};

static ssize_t echo_and_stop(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply,
                             size_t cap) {
    struct stopping *stopping = ctx;
    stopping->calls++;
    require(write(stopping->pipe[1], "", 1) == 1, "write to a pipe");
    return echo(NULL, req, len, from, reply, cap);
}

Test(udp_serve, looks_at_stop_fd_before_requests, .timeout = 3,
     .description = "UDP-SRV-010 UDP-SRV-010a: three requests that wait; the handler stops the loop at the first") {
    struct peer socket = peer_open(AF_INET), client = peer_open(AF_INET);
    struct stopping stopping = {.calls = 0};
    require(pipe2(stopping.pipe, O_CLOEXEC) == 0, "open a pipe");
    step("three requests wait; the handler makes stop_fd readable while it answers the first");
    for (int i = 0; i < 3; i++)
        peer_send(&client, "hello", 5, &socket.at);
    peer_await(&socket);
    expect_int(udp_serve(socket.fd, echo_and_stop, &stopping, stopping.pipe[0], &(struct udp_stats){0}), 0,
               "calling udp_serve");
    expect_int(stopping.calls, 1, "the number of requests that the handler saw");
    expect_int(peer_drain(&socket), 2, "the number of requests that still wait on the socket");
    peer_close(&client);
    peer_close(&socket);
    close(stopping.pipe[0]);
    close(stopping.pipe[1]);
}

Test(udp_serve, ends_when_stop_fd_is_hung_up, .timeout = 3,
     .description = "UDP-SRV-011: the writing end of the pipe is closed after one request") {
    static struct service service;
    struct peer client = peer_open(AF_INET);
    service_start(&service, echo, NULL);
    expect_reply(&service, &client, "hello", "hello");
    step("the other end of stop_fd is closed");
    close(service.stop[1]);
    service.stop[1] = -1;
    service_stop(&service, false);
    expect_int((errno = service.error, service.result), 0, "the return value of udp_serve");
    service_close(&service);
    peer_close(&client);
}

Test(udp_serve, goes_on_though_signals_come, .timeout = 3,
     .description = "UDP-SRV-012: ten signals between two requests") {
    static struct service service;
    struct peer client = peer_open(AF_INET);
    char byte;
    service_start(&service, echo, NULL);
    expect_reply(&service, &client, "before", "before");
    interruptions_start(service.thread_id, 2);
    for (int i = 0; i < 10; i++) {
        expect_true(service_awaits(&service, interruptions_fd()), "udp_serve still runs at signal %d", i + 1);
        expect_int(read(interruptions_fd(), &byte, 1), 1, "reading that a signal was handled");
    }
    expect_reply(&service, &client, "after", "after");
    interruptions_stop();
    expect_good_end(&service);
    service_close(&service);
    peer_close(&client);
}

/* What the handler got. */
struct given {
    size_t len, cap;
    struct udp_peer from;
    bool has_bytes;
    char bytes[16];
};

static ssize_t remember(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    struct given *given = ctx;
    given->len = len;
    given->cap = cap;
    given->from = *from;
    given->has_bytes = req != NULL;
    if (req && len <= sizeof given->bytes)
        memcpy(given->bytes, req, len);
    memcpy(reply, "ok", 2);
    return 2;
}

Test(udp_serve, gives_the_handler_what_it_needs, .timeout = 3,
     .description = "UDP-SRV-013 UDP-SRV-013a: what the handler gets for \"question\" and for an empty request") {
    static struct service service;
    struct peer client = peer_open(AF_INET);
    static struct given given;
    service_start(&service, remember, &given);
    expect_reply(&service, &client, "question", "ok");
    expect_bytes(given.bytes, given.len, "question", 8, "the request that the handler got");
    expect_peer(&given.from, &client.at, "the sender that the handler got");
    expect_int(given.cap, UDP_REPLY_MAX, "the room for the reply");
    expect_reply(&service, &client, "", "ok");
    expect_int(given.len, 0, "the length of an empty request");
    expect_true(given.has_bytes, "req is not NULL, although len is 0");
    service_stop(&service, true);
    service_close(&service);
    peer_close(&client);
}

Test(udp_serve, keeps_its_accounts, .timeout = 3,
     .description = "UDP-SRV-014 UDP-SRV-014a: two replies, one decline, one oversized request; then stats NULL") {
    static const char too_long[UDP_REQUEST_MAX + 1];
    static struct service service;
    struct peer client = peer_open(AF_INET);
    service_start(&service, decline_no, NULL);
    peer_send(&client, "no", 2, &service.socket.at);
    peer_send(&client, too_long, sizeof too_long, &service.socket.at);
    expect_reply(&service, &client, "yes 1", "yes 1");
    expect_reply(&service, &client, "yes 2", "yes 2");
    service_stop(&service, true);
    const struct udp_stats *stats = &service.stats;
    step("stats: received %llu, replied %llu, declined %llu, oversized %llu, failed %llu",
         (unsigned long long)stats->received, (unsigned long long)stats->replied, (unsigned long long)stats->declined,
         (unsigned long long)stats->oversized, (unsigned long long)stats->failed);
    expect_int(stats->received, 4, "stats.received after 4 requests");
    expect_int(stats->replied, 2, "stats.replied after 2 replies");
    expect_int(stats->replied + stats->declined + stats->oversized + stats->failed, 4, "the sum of the other four");
    struct stopping stopping = {.pipe = {service.stop[0], service.stop[1]}};
    char byte;
    if (is_readable(service.stop[0]))
        require(read(service.stop[0], &byte, 1) == 1, "empty a pipe");
    peer_send(&client, "last", 4, &service.socket.at);
    expect_int(udp_serve(service.socket.fd, echo_and_stop, &stopping, service.stop[0], NULL), 0, "with stats NULL");
    service_close(&service);
    peer_close(&client);
}

Test(udp_serve, reports_a_socket_that_cannot_be_served, .timeout = 3,
     .description = "UDP-SRV-015 UDP-SRV-015a: a descriptor that is not open") {
    int stop[2];
    require(pipe2(stop, O_CLOEXEC) == 0, "open a pipe");
    expect_error(udp_serve(closed_descriptor(), echo, NULL, stop[0], &(struct udp_stats){0}), EBADF,
                 "calling udp_serve on a descriptor that is not open");
    close(stop[0]);
    close(stop[1]);
}

/* A run with a reply, a declined request, an oversized request and a client that is gone. */
static void serve_for_a_while(void) {
    static const char too_long[UDP_REQUEST_MAX + 1];
    static struct service service;
    struct peer client = peer_open(AF_INET), gone = peer_open(AF_INET);
    service_start(&service, decline_no, NULL);
    peer_send(&gone, "bye", 3, &service.socket.at);
    peer_close(&gone);
    peer_send(&client, too_long, sizeof too_long, &service.socket.at);
    peer_send(&client, "no", 2, &service.socket.at);
    expect_reply(&service, &client, "hello", "hello");
    service_stop(&service, true);
    expect_true(is_open(service.socket.fd), "udp_serve leaves the socket open");
    expect_true(is_open(service.stop[0]), "udp_serve leaves stop_fd open");
    service_close(&service);
    peer_close(&client);
}

Test(udp_serve, leaves_nothing_behind, .timeout = 3,
     .description = "UDP-SRV-016: five runs with replies, a decline, an oversized request and a lost client") {
    int before = open_descriptors();
    for (int i = 0; i < 5; i++)
        serve_for_a_while();
    expect_int(open_descriptors(), before, "the number of open descriptors after 5 runs");
}
