/* serve_cases.c - udp_serve: both families, what a handler may return, what it is given, and what is counted. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/faults.h"
#include "support/net/pair.h"
#include "support/net/queued_service.h"
#include "support/process/kernel_view.h"

/* For statistics that the test does not look at. */
static struct udp_stats uncounted;

static const int families[] = {AF_INET, AF_INET6};

static void expect_stats(const struct udp_stats *stats, const struct udp_stats *expected) {
    expect_int(stats->received, expected->received, "stats.received");
    expect_int(stats->replied, expected->replied, "stats.replied");
    expect_int(stats->declined, expected->declined, "stats.declined");
    expect_int(stats->oversized, expected->oversized, "stats.oversized");
    expect_int(stats->failed, expected->failed, "stats.failed");
}

Test(udp_serve, replies_to_every_kind_of_client, .timeout = 3,
     .description = "UDP-SRV-001 UDP-SRV-001a UDP-RULE-003b UDP-RULE-003c UDP-RULE-003d: clients of both families, a "
                    "socket that is non-blocking or not, connected or not") {
    for (unsigned i = 0; i < 8; i++) {
        struct queued_service service = queued_open(families[i % 2], i & 2);
        struct udp_peer from;
        char got[8];
        if (i & 4)
            peer_connect(&service.socket, &service.client.at);
        queued_ask(&service, "hello");
        expect_int(queued_serve(&service, NULL), 0, "calling udp_serve");
        expect_int(peer_receive(&service.client, got, sizeof got, &from), 5, "the length of the reply");
        expect_bytes(got, 5, "hello", 5, "the reply");
        expect_peer(&from, &service.socket.at, "the sender of the reply");
        queued_close(&service);
    }
}

Test(udp_serve, keeps_ipv6_clients_apart, .timeout = 3,
     .description = "UDP-SRV-002: three clients on ::1, and a service that gets their six requests at once") {
    struct queued_service service = queued_open(AF_INET6, true);
    struct peer client[3] = {peer_open(AF_INET6), peer_open(AF_INET6), peer_open(AF_INET6)};
    static const char *const request[] = {"a1", "b1", "c1", "b2", "a2", "c2"};
    for (unsigned i = 0; i < 6; i++)
        peer_send(&client[request[i][0] - 'a'], request[i], 2, &service.socket.at);
    peer_settle();
    expect_int(queued_serve(&service, NULL), 0, "calling udp_serve");
    for (unsigned i = 0; i < 6; i++) {
        char expected[3] = {(char)('a' + i % 3), (char)('1' + i / 3), '\0'};
        expect_arrival(&client[i % 3], expected, 2);
    }
    for (unsigned i = 0; i < 3; i++) {
        expect_int(peer_drain(&client[i]), 0, "the number of further datagrams at client %c", 'a' + i);
        peer_close(&client[i]);
    }
    queued_close(&service);
}

static const ssize_t negative[] = {-1, -2, -10, -1000, INT_MIN, -SSIZE_MAX - 1};

/* The first calls return these values. */
static ssize_t decline(struct queued_service *service, unsigned call, size_t len) {
    (void)service;
    return call <= sizeof negative / sizeof negative[0] ? negative[call - 1] : (ssize_t)len;
}

Test(udp_serve, takes_every_negative_value_for_no, .timeout = 3,
     .description = "UDP-SRV-003 UDP-SRV-003a: six negative values, and then a reply") {
    for (unsigned i = 0; i < 2; i++) {
        struct queued_service service = queued_open(AF_INET, i == 1);
        for (int request = 0; request < 7; request++)
            queued_ask(&service, "hello");
        expect_int(queued_serve(&service, decline), 0, "calling udp_serve");
        expect_int(peer_drain(&service.client), 1, "the number of replies");
        expect_int(service.stats.declined, 6, "stats.declined");
        queued_close(&service);
    }
}

static ssize_t say_nothing(struct queued_service *service, unsigned call, size_t len) {
    (void)service, (void)call, (void)len;
    return 0;
}

Test(udp_serve, counts_an_empty_reply, .timeout = 3, .description = "UDP-SRV-004 UDP-SRV-004a: two empty replies") {
    for (unsigned i = 0; i < 2; i++) {
        struct queued_service service = queued_open(AF_INET, i == 1);
        queued_ask(&service, "hello");
        queued_ask(&service, "");
        expect_int(queued_serve(&service, say_nothing), 0, "calling udp_serve");
        expect_arrival(&service.client, "", 0);
        expect_arrival(&service.client, "", 0);
        expect_int(service.stats.replied, 2, "stats.replied");
        queued_close(&service);
    }
}

static void ask_at_length(struct queued_service *service, const unsigned char *request, size_t len) {
    peer_send(&service->client, request, len, &service->socket.at);
    peer_await(&service->socket);
}

static unsigned char *pattern(size_t len) {
    unsigned char *bytes = malloc(len);
    require(bytes != NULL, "find memory");
    for (size_t i = 0; i < len; i++)
        bytes[i] = (unsigned char)(i * 7 + i / 256);
    return bytes;
}

Test(udp_serve, answers_no_request_that_is_too_long, .timeout = 3,
     .description = "UDP-SRV-005: 8193, 9000, 16384 and 65,507 bytes before a short request") {
    static const size_t lengths[] = {UDP_REQUEST_MAX + 1, 9000, 2 * UDP_REQUEST_MAX, UDP_MAX_IPV4};
    unsigned char *request = pattern(UDP_MAX_IPV4);
    for (unsigned i = 0; i < 2; i++) {
        struct queued_service service = queued_open(AF_INET, i == 1);
        for (unsigned k = 0; k < 4; k++)
            ask_at_length(&service, request, lengths[k]);
        queued_ask(&service, "short");
        expect_int(queued_serve(&service, NULL), 0, "calling udp_serve");
        expect_arrival(&service.client, "short", 5);
        expect_int(peer_drain(&service.client), 0, "the number of further replies");
        expect_int(service.calls, 1, "the number of requests that the handler saw");
        expect_int(service.stats.oversized, 4, "stats.oversized");
        queued_close(&service);
    }
    free(request);
}

Test(udp_serve, hands_over_requests_at_the_limit, .timeout = 3,
     .description = "UDP-SRV-006: 8191 and 8192 bytes, that come back as replies") {
    unsigned char *request = pattern(UDP_REQUEST_MAX);
    for (unsigned i = 0; i < 2; i++) {
        struct queued_service service = queued_open(AF_INET, i == 1);
        ask_at_length(&service, request, UDP_REQUEST_MAX - 1);
        ask_at_length(&service, request, UDP_REQUEST_MAX);
        expect_int(queued_serve(&service, NULL), 0, "calling udp_serve");
        expect_arrival(&service.client, request, UDP_REQUEST_MAX - 1);
        expect_arrival(&service.client, request, UDP_REQUEST_MAX);
        queued_close(&service);
    }
    free(request);
}

/* Lengths that do not fit. The last ones are 5 and 8000 in 32 bits. */
static const ssize_t too_long[] = {UDP_REPLY_MAX + 1, 9000, UDP_MAX_IPV4, 100000, SSIZE_MAX, (1LL << 32) + 5,
                                   (1LL << 32) + 8000};

static ssize_t reply_too_much(struct queued_service *service, unsigned call, size_t len) {
    (void)service;
    return call <= sizeof too_long / sizeof too_long[0] ? too_long[call - 1] : (ssize_t)len;
}

Test(udp_serve, sends_nothing_if_the_handler_returns_too_much, .timeout = 3,
     .description = "UDP-SRV-008 UDP-SRV-008b: seven lengths above cap, and then a reply") {
    for (unsigned i = 0; i < 2; i++) {
        struct queued_service service = queued_open(AF_INET, i == 1);
        for (int request = 0; request < 8; request++)
            queued_ask(&service, "hello");
        expect_int(queued_serve(&service, reply_too_much), 0, "calling udp_serve");
        expect_arrival(&service.client, "hello", 5);
        expect_int(peer_drain(&service.client), 0, "the number of further replies");
        expect_int(service.stats.failed, 7, "stats.failed");
        queued_close(&service);
    }
}

/* What a handler sees. It fills all the room of its reply. */
struct seen {
    void *ctx;
    bool has_all;
    size_t len, cap;
    struct udp_peer from;
    char bytes[16];
    int thread;
    unsigned calls, running, most_running;
    int stop;
};

static struct seen seen;

static ssize_t look(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    seen.calls++;
    seen.running++;
    seen.most_running = seen.running > seen.most_running ? seen.running : seen.most_running;
    seen.ctx = ctx;
    seen.has_all = req != NULL && from != NULL && reply != NULL;
    seen.len = len;
    seen.cap = cap;
    seen.thread = gettid();
    if (from != NULL)
        seen.from = *from;
    if (req != NULL && len <= sizeof seen.bytes)
        memcpy(seen.bytes, req, len);
    if (reply != NULL)
        memset(reply, 'r', cap);
    require(write(seen.stop, "", 1) == 1, "write to a pipe");
    seen.running--;
    return (ssize_t)cap;
}

/* One request, and what the handler sees of it. */
static void look_at(struct queued_service *service, void *ctx, const char *request) {
    char whole[UDP_REPLY_MAX], byte;
    memset(whole, 'r', sizeof whole);
    memset(&seen, 0, sizeof seen);
    seen.stop = service->stop[1];
    queued_ask(service, request);
    expect_int(udp_serve(service->socket.fd, look, ctx, service->stop[0], &uncounted), 0, "calling udp_serve");
    if (is_readable(service->stop[0]))
        require(read(service->stop[0], &byte, 1) == 1, "empty a pipe");
    expect_int(seen.calls, 1, "the number of calls of the handler");
    expect_true(seen.ctx == ctx, "the handler gets the ctx of udp_serve");
    expect_true(seen.has_all, "req, from and reply are not NULL");
    expect_bytes(seen.bytes, seen.len, request, strlen(request), "the request that the handler gets");
    expect_peer(&seen.from, &service->client.at, "the sender that the handler gets");
    expect_int(seen.cap, UDP_REPLY_MAX, "the room for the reply");
    expect_arrival(&service->client, whole, sizeof whole);
}

Test(udp_serve, gives_every_handler_what_it_needs, .timeout = 3,
     .description = "UDP-SRV-013 UDP-SRV-013a UDP-SRV-013d UDP-RULE-005d: ctx NULL or not, an empty request or not, "
                    "both families; replies "
                    "of 8192 bytes") {
    int something;
    for (unsigned i = 0; i < 2; i++) {
        struct queued_service service = queued_open(families[i], false);
        look_at(&service, NULL, "question");
        look_at(&service, NULL, "");
        look_at(&service, &something, "other");
        look_at(&service, &something, "");
        queued_close(&service);
    }
}

Test(udp_serve, calls_the_handler_in_the_callers_thread, .timeout = 3,
     .description = "UDP-SRV-013b: the thread in which the handler runs") {
    struct queued_service service = queued_open(AF_INET, false);
    look_at(&service, NULL, "question");
    expect_int(seen.thread, gettid(), "the thread of the handler");
    expect_int(seen.most_running, 1, "the number of requests at one time");
    queued_close(&service);
}

/* A fault holds for one thread only. So it shows which thread sends. */
static ssize_t break_sending_here(struct queued_service *service, unsigned call, size_t len) {
    (void)service;
    fail_calls(SENDING, 1, call == 1 ? UINT_MAX : 0, EPERM);
    return (ssize_t)len;
}

Test(udp_serve, replies_from_the_callers_thread, .timeout = 3,
     .description = "UDP-SRV-013c: sends fail in the thread that called udp_serve, for the first of two requests") {
    struct queued_service service = queued_open(AF_INET, false);
    queued_ask(&service, "one");
    queued_ask(&service, "two");
    expect_int(queued_serve(&service, break_sending_here), 0, "calling udp_serve");
    fail_calls(SENDING, 1, 0, 0);
    expect_arrival(&service.client, "two", 3);
    queued_close(&service);
}

/* Declines what has five bytes. */
static ssize_t decline_5(struct queued_service *service, unsigned call, size_t len) {
    (void)service, (void)call;
    return len == 5 ? -1 : (ssize_t)len;
}

/* This is the example of the chapter. */
Test(udp_serve, counts_as_in_the_example, .timeout = 3,
     .description = "UDP-SRV-014 UDP-SRV-014a UDP-SRV-014b UDP-SRV-014c: requests of 3, 0, 9000, 5 and 8192 bytes, the "
                    "first from a "
                    "client that is gone") {
    unsigned char *request = pattern(9000);
    struct queued_service service = queued_open(AF_INET, false);
    service.fill = 0xa5;
    struct peer gone = peer_open(AF_INET);
    peer_send(&gone, "bye", 3, &service.socket.at);
    peer_close(&gone);
    queued_ask(&service, "");
    ask_at_length(&service, request, 9000);
    queued_ask(&service, "fiver");
    ask_at_length(&service, request, UDP_REQUEST_MAX);
    expect_int(queued_serve(&service, decline_5), 0, "calling udp_serve");
    expect_stats(&service.stats, &(struct udp_stats){.received = 5, .replied = 3, .declined = 1, .oversized = 1});
    queued_ask(&service, "again");
    queued_ask(&service, "yes");
    expect_int(queued_serve(&service, decline_5), 0, "calling udp_serve once more");
    expect_stats(&service.stats, &(struct udp_stats){.received = 2, .replied = 1, .declined = 1});
    queued_close(&service);
    free(request);
}

static ssize_t break_receiving(struct queued_service *service, unsigned call, size_t len) {
    (void)service;
    if (call == 2)
        fail_calls_everywhere(RECEIVING, UINT_MAX, EIO);
    return call == 1 ? -1 : (ssize_t)len;
}

Test(udp_serve, counts_what_was_done_before_an_error, .timeout = 3,
     .description = "UDP-SRV-014 UDP-SRV-014b: a receive that fails after two requests; a socket that is closed") {
    struct queued_service service = queued_open(AF_INET, false);
    service.fill = 0xa5;
    for (int i = 0; i < 3; i++)
        queued_ask(&service, "hello");
    expect_int(queued_serve_until(&service, service.stop[0], break_receiving), -1,
               "calling udp_serve, whose third receive fails");
    fail_calls_everywhere(RECEIVING, 0, 0);
    expect_stats(&service.stats, &(struct udp_stats){.received = 2, .replied = 1, .declined = 1});
    int fd = service.socket.fd;
    service.socket.fd = closed_descriptor();
    expect_int(queued_serve_until(&service, service.stop[0], NULL), -1,
               "calling udp_serve on a descriptor that is not open");
    service.socket.fd = fd;
    expect_stats(&service.stats, &(struct udp_stats){.received = 0});
    queued_close(&service);
}
