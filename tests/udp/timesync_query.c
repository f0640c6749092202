/* timesync_query.c - timesync_query: one request, and only the answer to this request. */
#include <stdlib.h>
#include <string.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/short_waits.h"
#include "support/core/stopwatch.h"
#include "support/faults/interruptions.h"
#include "support/net/ntp.h"
#include "support/net/peer.h"
#include "support/net/responder.h"
#include "support/net/time_scene.h"

/* Asks the server once, then stops it. */
static int ask(struct responder *server, int timeout_ms, struct timesync_result *result) {
    memset(result, 0xa5, sizeof *result);
    int verdict = timesync_query(&server->socket.at, time_scene_clock, server->ctx, timeout_ms, result);
    int error = errno;
    responder_stop(server);
    errno = error;
    return verdict;
}

Test(timesync_query, sends_a_clients_request, .timeout = 3,
     .description = "UDP-TIME-028 UDP-TIME-028a: one query of a good server, the request compared byte by byte") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, give_the_time, &scene, 0);
    struct timesync_result result;
    unsigned char expected[NTP_BYTES] = {4 << 3 | TIMESYNC_CLIENT};
    ntp_put(expected + NTP_TRANSMIT, 8, NEW_YEAR_STAMP);
    expect_int(ask(server, AN_HOUR, &result), 0, "calling timesync_query with a good server");
    expect_bytes(server->requests[0].bytes, server->requests[0].len, expected, sizeof expected,
                 "the request that the server got");
    expect_int(server->count, 1, "the number of requests");
    responder_free(server);
}

Test(timesync_query, learns_the_time, .timeout = 3,
     .description = "UDP-TIME-029 UDP-TIME-029a UDP-TIME-029c: an exchange with offset 750 ms and delay 1000 ms") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, give_the_time, &scene, 0);
    struct timesync_result result;
    step("T1 is 0 ms, T2 1250 ms, T3 1500 ms, T4 1250 ms after the new year");
    expect_int(ask(server, AN_HOUR, &result), 0, "calling timesync_query with a good server");
    expect_int(result.offset, 750 * NS_PER_MS, "the offset: ((1250 - 0) + (1500 - 1250)) / 2 ms");
    expect_int(result.delay, 1000 * NS_PER_MS, "the delay: (1250 - 0) - (1500 - 1250) ms");
    expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time");
    expect_int(result.reply.stratum, 1, "the reply's stratum");
    expect_int(result.reply.reference_id, 0x47505300, "the reply's reference identifier");
    expect_stamp(result.reply.originate, NEW_YEAR_STAMP, "the reply's originate");
    expect_text(result.kiss, "", "the kiss code, which is empty");
    responder_free(server);
}

Test(timesync_query, spans_the_end_of_an_era, .timeout = 3,
     .description = "UDP-TIME-030: an exchange around the beginning of era 1") {
    static struct time_scene scene;
    scene = time_scene_at(ERA_1, -250, 250, 500, 0);
    struct responder *server = responder_start(AF_INET, give_the_time, &scene, 0);
    struct timesync_result result;
    step("T1 is 250 ms before era 1, T2 250 ms and T3 500 ms after its beginning, T4 at its beginning");
    expect_int(ask(server, AN_HOUR, &result), 0, "calling timesync_query with a good server");
    expect_int(result.offset, 500 * NS_PER_MS, "the offset: ((250 + 250) + (500 - 0)) / 2 ms");
    expect_int(result.delay, 0, "the delay: (0 + 250) - (500 - 250) ms");
    expect_int(result.moment, ERA_1 + 500 * NS_PER_MS, "the server's time");
    responder_free(server);
}

Test(timesync_query, reports_the_kiss_code, .timeout = 3,
     .description = "UDP-TIME-031 UDP-TIME-031b: a kiss-o'-death with code RATE, and a timeout of an hour") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    scene.reply[1] = 0;
    memcpy(scene.reply + 12, "RATE", 4);
    struct responder *server = responder_start(AF_INET, give_the_time, &scene, 0);
    struct timesync_result result;
    expect_error(ask(server, AN_HOUR, &result), EACCES,
                 "calling timesync_query for a reply with stratum 0, with a timeout of an hour");
    expect_text(result.kiss, "RATE", "the kiss code");
    expect_int(result.reply.reference_id, 0x52415445, "the reply's reference identifier");
    responder_free(server);
}

Test(timesync_query, reports_an_answer_of_no_use, .timeout = 3,
     .description = "UDP-TIME-031: a reply with leap 3, then one with transmit 0") {
    static struct time_scene unsynchronised, timeless;
    unsynchronised = timeless = time_scene_ordinary();
    unsynchronised.reply[0] |= TIMESYNC_UNSYNCHRONISED << 6;
    memset(timeless.reply + NTP_TRANSMIT, 0, 8);
    struct timesync_result result;
    struct responder *server = responder_start(AF_INET, give_the_time, &unsynchronised, 0);
    expect_error(ask(server, AN_HOUR, &result), ENOLINK,
                 "calling timesync_query for a reply with leap 3, with a timeout of an hour");
    expect_int(result.reply.leap, TIMESYNC_UNSYNCHRONISED, "the reply's leap indicator");
    responder_free(server);
    server = responder_start(AF_INET, give_the_time, &timeless, 0);
    expect_error(ask(server, AN_HOUR, &result), ENODATA,
                 "calling timesync_query for a reply with transmit 0, with a timeout of an hour");
    responder_free(server);
}

/* A script: sends datagrams that do not answer the request, then the answer. */
static void talk_nonsense_first(struct responder *server, unsigned number, const struct request *request) {
    struct time_scene *scene = server->ctx;
    responder_reply(server, "", 0, &request->from);
    responder_reply(server, scene->reply, NTP_BYTES - 1, &request->from);
    responder_reply(server, request->bytes, request->len, &request->from);
    time_scene_reply(server, request, 0, 4 << 3 | 5);
    time_scene_reply(server, request, 0, 0 << 3 | TIMESYNC_SERVER);
    time_scene_reply(server, request, 0, 7 << 3 | TIMESYNC_SERVER);
    time_scene_reply(server, request, NTP_ORIGINATE + 7, (unsigned char)(request->bytes[NTP_TRANSMIT + 7] ^ 1));
    unsigned char stratum = scene->reply[1];
    scene->reply[1] = 0; /* a kiss-o'-death with a wrong originate */
    time_scene_reply(server, request, NTP_ORIGINATE, (unsigned char)(request->bytes[NTP_TRANSMIT] ^ 1));
    scene->reply[1] = stratum;
    give_the_time(server, number, request);
}

Test(timesync_query, goes_on_after_nonsense, .timeout = 3,
     .description =
         "UDP-TIME-032 UDP-TIME-032c: eight wrong datagrams, among them a forged kiss-o'-death, then the answer") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, talk_nonsense_first, &scene, 0);
    struct timesync_result result;
    expect_int(ask(server, AN_HOUR, &result), 0,
               "calling timesync_query for eight wrong datagrams and then the answer");
    expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time from the answer");
    expect_int(server->count, 1, "the number of requests");
    responder_free(server);
}

/* A script: a stranger who saw the request sends a perfect reply before the server does. */
static void let_stranger_answer_first(struct responder *server, unsigned number, const struct request *request) {
    struct time_scene *scene = server->ctx;
    unsigned char reply[NTP_BYTES];
    memcpy(reply, scene->reply, sizeof reply);
    memcpy(reply + NTP_ORIGINATE, request->bytes + NTP_TRANSMIT, 8);
    ntp_put(reply + NTP_TRANSMIT, 8, 1);
    step("a stranger on port %u sends a reply", peer_port(&scene->stranger.at));
    peer_send(&scene->stranger, reply, sizeof reply, &request->from);
    give_the_time(server, number, request);
}

Test(timesync_query, ignores_strangers, .timeout = 3,
     .description = "UDP-TIME-032 UDP-TIME-032a: a stranger's perfect reply before the server's") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    scene.stranger = peer_open(AF_INET);
    struct responder *server = responder_start(AF_INET, let_stranger_answer_first, &scene, 0);
    struct timesync_result result;
    expect_int(ask(server, AN_HOUR, &result), 0, "calling timesync_query for a stranger's reply and then the server's");
    expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time from the server's reply");
    responder_free(server);
    peer_close(&scene.stranger);
}

/* A script: at each request and at each tick, sends a reply to another request. */
static void answer_something_else(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    time_scene_reply(server, request, NTP_ORIGINATE + 3, (unsigned char)(request->bytes[NTP_TRANSMIT + 3] ^ 0x10));
}

/* These replies come at shorter intervals than the timeout. If each of them starts a new wait, the call never ends. */
Test(timesync_query, is_not_delayed_by_nonsense, .timeout = 3,
     .description = "UDP-TIME-033: a wrong reply every 5 ms, and a timeout of 150 ms") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, answer_something_else, &scene, 5);
    struct timesync_result result;
    step("the server sends a reply to another request every 5 ms");
    expect_error(ask(server, 150, &result), ETIMEDOUT, "calling timesync_query with a timeout of 150 ms");
    responder_free(server);
}

static bool ask_in_vain(void *ctx, int timeout_ms) {
    static struct time_scene scene;
    struct peer *silent = ctx;
    struct timesync_result result;
    scene = time_scene_ordinary();
    return timesync_query(&silent->at, time_scene_clock, &scene, timeout_ms, &result) == -1 && errno == ETIMEDOUT;
}

Test(timesync_query, waits_as_long_as_it_was_told, .timeout = 3,
     .description = "UDP-TIME-034: a wait of 40 ms, then thirty each of 1 and 2 ms") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct peer silent = peer_open(AF_INET);
    struct timesync_result result;
    double start = stopwatch_ms();
    expect_error(timesync_query(&silent.at, time_scene_clock, &scene, 40, &result), ETIMEDOUT,
                 "calling timesync_query with a timeout of 40 ms");
    expect_at_least(stopwatch_ms() - start, 40, "how long it waited");
    expect_int(peer_drain(&silent), 1, "the number of requests that the server got");
    expect_short_waits(ask_in_vain, &silent, 1, 1);
    expect_short_waits(ask_in_vain, &silent, 2, 2);
    peer_close(&silent);
}

Test(timesync_query, fails_at_once_where_nobody_listens, .timeout = 3,
     .description = "UDP-TIME-035: a closed port, with a timeout of an hour") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct peer deaf = peer_deaf(AF_INET);
    struct timesync_result result;
    expect_error(timesync_query(&deaf.at, time_scene_clock, &scene, AN_HOUR, &result), ECONNREFUSED,
                 "calling timesync_query where nobody listens, with a timeout of an hour");
    peer_close(&deaf);
}

Test(timesync_query, is_not_changed_by_signals, .timeout = 3,
     .description = "UDP-TIME-036: an answer, then a wait of 60 ms, a signal every 5 ms") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, give_the_time_after_signals, &scene, 0);
    struct peer silent = peer_open(AF_INET);
    struct timesync_result result;
    interruptions_start(gettid(), 5);
    expect_int(ask(server, AN_HOUR, &result), 0, "calling timesync_query with a good server, a signal every 5 ms");
    double start = stopwatch_ms();
    expect_error(timesync_query(&silent.at, time_scene_clock, &scene, 60, &result), ETIMEDOUT,
                 "calling timesync_query with a timeout of 60 ms, a signal every 5 ms");
    expect_at_least(stopwatch_ms() - start, 60, "how long it waited");
    interruptions_stop();
    expect_int(server->count, 1, "the number of requests that the good server got");
    expect_int(peer_drain(&silent), 1, "the number of requests that a silent server got");
    responder_free(server);
    peer_close(&silent);
}

Test(timesync_query, speaks_ipv6, .timeout = 3, .description = "UDP-TIME-037: a server on ::1") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET6, give_the_time, &scene, 0);
    struct timesync_result result;
    expect_int(ask(server, AN_HOUR, &result), 0, "calling timesync_query with a good server");
    expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time");
    responder_free(server);
}

Test(timesync_query, takes_a_reply_with_an_extension, .timeout = 3,
     .description = "UDP-TIME-009a UDP-TIME-009: timesync_query with a reply of 68 bytes") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    scene.len = sizeof scene.reply;
    struct responder *server = responder_start(AF_INET, give_the_time, &scene, 0);
    struct timesync_result result;
    expect_int(ask(server, AN_HOUR, &result), 0, "calling timesync_query for a reply of 68 bytes");
    expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time");
    responder_free(server);
}

/* A script for many exchanges: answers with the time and with a kiss-o'-death in turn. */
static void give_and_refuse(struct responder *server, unsigned number, const struct request *request) {
    time_scene_reply(server, request, 1, number % 2);
}

/* Calls every function of the area, with blocks of exactly the size that it is told. Queries end in every way. */
static void go_round(const struct responder *server, const struct peer *silent, const struct peer *deaf) {
    struct timesync_server self = {.clock = time_scene_clock, .clock_ctx = server->ctx, .about = {.stratum = 1}};
    struct timesync_packet *packet = calloc(1, sizeof *packet);
    struct timesync_result *result = malloc(sizeof *result);
    unsigned char *request = malloc(NTP_BYTES), *reply = malloc(NTP_BYTES);
    char *code = malloc(5);
    require(packet && result && request && reply && code, "find memory");
    packet->version = 4;
    packet->mode = TIMESYNC_CLIENT;
    timesync_encode(packet, request);
    expect_int(timesync_answer(&self, request, NTP_BYTES, &silent->at, reply, NTP_BYTES), NTP_BYTES,
               "calling timesync_answer");
    expect_int(timesync_decode(packet, reply, NTP_BYTES), 0, "calling timesync_decode");
    timesync_decode(packet, reply, NTP_BYTES - 1);
    timesync_check(packet, 0);
    timesync_kiss(packet, code);
    expect_int(timesync_query(&server->socket.at, time_scene_clock, server->ctx, AN_HOUR, result), 0,
               "calling timesync_query for an answer");
    expect_int(timesync_query(&server->socket.at, time_scene_clock, server->ctx, AN_HOUR, result), -1,
               "calling timesync_query for a kiss-o'-death");
    expect_int(timesync_query(&silent->at, time_scene_clock, server->ctx, 1, result), -1,
               "calling timesync_query with a silent server");
    expect_int(timesync_query(&deaf->at, time_scene_clock, server->ctx, AN_HOUR, result), -1,
               "calling timesync_query where nobody listens");
    free(code);
    free(reply);
    free(request);
    free(result);
    free(packet);
}

Test(timesync, leaves_nothing_behind, .timeout = 3,
     .description = "UDP-TIME-038 UDP-TIME-038a: 40 queries that end in every way, and every other function") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, give_and_refuse, &scene, 0);
    struct peer silent = peer_open(AF_INET), deaf = peer_deaf(AF_INET);
    int before = open_descriptors();
    for (int i = 0; i < 10; i++)
        go_round(server, &silent, &deaf);
    expect_int(open_descriptors(), before, "the number of open descriptors after 40 queries");
    responder_stop(server);
    responder_free(server);
    peer_close(&silent);
    peer_close(&deaf);
}
