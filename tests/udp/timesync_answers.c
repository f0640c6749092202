/* timesync_answers.c - timesync_query: what each kind of answer gives, and what is no answer. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/faults/interruptions.h"
#include "support/net/peer.h"
#include "support/net/responder.h"
#include "support/net/time_scene.h"

static struct time_scene scene; /* the responder's thread uses it */
static struct timesync_result result;

/* Asks a server once that follows the script. Puts the number of requests in *count. */
static int ask(int family, responder_script *script, unsigned *count) {
    struct responder *server = responder_start(family, script, &scene, 0);
    memset(&result, 0xa5, sizeof result);
    int verdict = timesync_query(&server->socket.at, time_scene_clock, &scene, AN_HOUR, &result), error = errno;
    responder_stop(server);
    if (count != NULL)
        *count = server->count;
    responder_free(server);
    errno = error;
    return verdict;
}

Test(timesync_query, computes_with_any_four_moments, .timeout = 3,
     .description = "UDP-TIME-029: a server behind, a negative delay, equal clocks, and a server a day ahead") {
    static const struct {
        int t1, t2, t3, t4, offset, delay; /* in ms */
    } cases[] = {{5000, 1250, 1500, 5250, -3750, 0},
                 {0, 1000, 2000, 500, 1250, -500},
                 {500, 500, 500, 500, 0, 0},
                 {0, 86400000, 86400000, 500, 86399750, 500},
                 {1000, 750, 750, 250, 125, -750}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scene = time_scene_at(NEW_YEAR, cases[i].t1, cases[i].t2, cases[i].t3, cases[i].t4);
        step("T1 is %d, T2 %d, T3 %d, T4 %d ms after the new year", cases[i].t1, cases[i].t2, cases[i].t3, cases[i].t4);
        expect_int(ask(AF_INET, give_the_time, NULL), 0, "calling timesync_query");
        expect_int(result.offset, cases[i].offset * NS_PER_MS, "the offset of case %zu", i + 1);
        expect_int(result.delay, cases[i].delay * NS_PER_MS, "the delay of case %zu", i + 1);
        expect_int(result.moment, NEW_YEAR + cases[i].t3 * NS_PER_MS, "the server's time of case %zu", i + 1);
    }
}

#define EXPECT_FIELD(field)                                                                                            \
    expect_true(result.reply.field == reply.field, "the reply's " #field " is the one that came")

/* Every field of the result's reply must be as timesync_decode reads it. Its originate is T1. */
static void expect_reply(void) {
    struct timesync_packet reply;
    ntp_put(scene.reply + NTP_ORIGINATE, 8, NEW_YEAR_STAMP);
    expect_success(timesync_decode(&reply, scene.reply, NTP_BYTES), "calling timesync_decode for the reply");
    EXPECT_FIELD(leap);
    EXPECT_FIELD(version);
    EXPECT_FIELD(mode);
    EXPECT_FIELD(stratum);
    EXPECT_FIELD(poll);
    EXPECT_FIELD(precision);
    EXPECT_FIELD(root_delay);
    EXPECT_FIELD(root_dispersion);
    EXPECT_FIELD(reference_id);
    EXPECT_FIELD(reference);
    EXPECT_FIELD(originate);
    EXPECT_FIELD(receive);
    EXPECT_FIELD(transmit);
}

/* A scene whose reply has a different value in every field. */
static void prepare(unsigned char first, unsigned char stratum) {
    static const unsigned char fields[] = {0xfa, 0xe9, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x1b,
                                           0x47, 0xd0, 0x53, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27};
    scene = time_scene_ordinary();
    scene.reply[0] = first;
    scene.reply[1] = stratum;
    memcpy(scene.reply + 2, fields, sizeof fields);
}

Test(timesync_query, hands_the_reply_over, .timeout = 3,
     .description = "UDP-TIME-029b UDP-TIME-029a: a reply of version 3 with leap 1 and a value in every field") {
    prepare(1 << 6 | 3 << 3 | TIMESYNC_SERVER, 15);
    expect_int(ask(AF_INET, give_the_time, NULL), 0, "calling timesync_query");
    expect_reply();
    expect_text(result.kiss, "", "the kiss code");
}

Test(timesync_query, hands_a_useless_reply_over, .timeout = 3,
     .description = "UDP-TIME-031a UDP-TIME-031c UDP-TIME-031: leap 3, stratum 16, transmit 0, and every field") {
    const unsigned char good = 4 << 3 | TIMESYNC_SERVER, leap_3 = 3 << 6 | 1 << 3 | TIMESYNC_SERVER;
    prepare(leap_3, 3);
    expect_error(ask(AF_INET, give_the_time, NULL), ENOLINK, "calling timesync_query for leap 3");
    expect_reply();
    expect_text(result.kiss, "", "the kiss code after leap 3");
    prepare(good, 16);
    expect_error(ask(AF_INET6, give_the_time, NULL), ENOLINK, "calling timesync_query for stratum 16");
    expect_reply();
    expect_text(result.kiss, "", "the kiss code after stratum 16");
    prepare(good, 1);
    memset(scene.reply + NTP_TRANSMIT, 0, 8);
    expect_error(ask(AF_INET, give_the_time, NULL), ENODATA, "calling timesync_query for transmit 0");
    expect_reply();
    expect_text(result.kiss, "", "the kiss code after transmit 0");
}

Test(timesync_query, hands_every_kiss_over, .timeout = 3,
     .description = "UDP-TIME-031b UDP-TIME-031a UDP-TIME-031: five codes, one of them empty, one an escape sequence") {
    static const struct {
        const char *id, *code;
    } cases[] = {{"RATE", "RATE"}, {"DENY", "DENY"}, {"\0\0\0", ""}, {"\033[2J", "?[2J"}, {"X\0YZ", "X"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scene = time_scene_ordinary();
        scene.reply[1] = 0;
        memcpy(scene.reply + 12, cases[i].id, 4);
        memset(scene.reply + NTP_TRANSMIT, 0, 8); /* the stamps mean nothing */
        expect_error(ask(i % 2 ? AF_INET6 : AF_INET, give_the_time, NULL), EACCES,
                     "calling timesync_query for kiss %zu", i + 1);
        expect_text(result.kiss, cases[i].code, "the kiss code");
        expect_int(result.reply.stratum, 0, "the reply's stratum");
        expect_int(result.reply.version, 4, "the reply's version");
        expect_stamp(result.reply.originate, NEW_YEAR_STAMP, "the reply's originate");
    }
}

Test(timesync_query, spans_an_era_in_either_direction, .timeout = 3,
     .description = "UDP-TIME-030: a server in era 0, one in era 1, and a T1 exactly between the eras") {
    static const struct {
        int t1, t2, t3, t4, offset, delay; /* in ms after the beginning of era 1 */
    } cases[] = {{500, -1000, -750, 750, -1500, 0},
                 {-1000, 250, 500, -500, 1125, 250},
                 {-500, -250, 250, 500, 0, 500},
                 {0, 250, 500, 750, 0, 500}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scene = time_scene_at(ERA_1, cases[i].t1, cases[i].t2, cases[i].t3, cases[i].t4);
        step("T1 is %d, T2 %d, T3 %d, T4 %d ms after era 1 began", cases[i].t1, cases[i].t2, cases[i].t3, cases[i].t4);
        expect_int(ask(AF_INET, give_the_time, NULL), 0, "calling timesync_query");
        expect_int(result.offset, cases[i].offset * NS_PER_MS, "the offset of case %zu", i + 1);
        expect_int(result.delay, cases[i].delay * NS_PER_MS, "the delay of case %zu", i + 1);
        expect_int(result.moment, ERA_1 + cases[i].t3 * NS_PER_MS, "the server's time of case %zu", i + 1);
    }
}

/* Clocks without a ctx. They look at the scene by themselves. */
static void *last_ctx;
static int64_t without_ctx(void *ctx) {
    last_ctx = ctx;
    return scene.now;
}

Test(timesync_query, passes_the_clock_what_belongs_to_it, .timeout = 3,
     .description = "UDP-TIME-029d UDP-TIME-029c: a clock with NULL as its ctx, in the year 2100") {
    scene = time_scene_at(ERA_1, 2000000000, 2000000250, 2000000500, 2000000750);
    struct responder *server = responder_start(AF_INET, give_the_time, &scene, 0);
    last_ctx = &scene;
    expect_int(timesync_query(&server->socket.at, without_ctx, NULL, AN_HOUR, &result), 0, "calling timesync_query");
    expect_true(last_ctx == NULL, "the clock got NULL as its ctx");
    expect_int(result.offset, 0, "the offset");
    expect_int(result.delay, 500 * NS_PER_MS, "the delay");
    responder_stop(server);
    responder_free(server);
}

/* A script: two datagrams that are no packets, and the answer after the client has waited again. Between them the clock
 * moves.
 */
static void give_the_time_late(struct responder *server, unsigned number, const struct request *request) {
    responder_reply(server, "short", 5, &request->from);
    responder_reply(server, "", 0, &request->from);
    if (number == 1)
        interruptions_await(3);
    give_the_time(server, number, request);
}

Test(timesync_query, reads_t4_after_the_answer, .timeout = 3,
     .description = "UDP-TIME-029e UDP-TIME-029: two wrong datagrams, then signals, then the answer") {
    unsigned count;
    scene = time_scene_ordinary();
    interruptions_start(gettid(), 2);
    int verdict = ask(AF_INET, give_the_time_late, &count), error = errno;
    interruptions_stop();
    expect_int((errno = error, verdict), 0, "calling timesync_query");
    expect_int(result.offset, 750 * NS_PER_MS, "the offset with the T4 of the answer");
    expect_int(result.delay, 1000 * NS_PER_MS, "the delay with the T4 of the answer");
    expect_int(count, 1, "the number of requests");
}

/* Sends a perfect reply with another time, from 127.0.0.2 and the server's own port number. */
static void reply_from_next_door(struct responder *server, const struct request *request) {
    struct sockaddr_in *at = (struct sockaddr_in *)&server->socket.at.addr, next_door = *at;
    unsigned char reply[NTP_BYTES];
    memcpy(reply, scene.reply, sizeof reply);
    memcpy(reply + NTP_ORIGINATE, request->bytes + NTP_TRANSMIT, 8);
    ntp_put(reply + NTP_TRANSMIT, 8, NEW_YEAR_STAMP + 40 * QUARTER);
    next_door.sin_addr.s_addr = htonl(0x7f000002);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    require(fd != -1 && bind(fd, (struct sockaddr *)&next_door, sizeof next_door) == 0, "bind a socket to 127.0.0.2");
    step("a stranger at 127.0.0.2, with the server's port number, sends a reply");
    require(sendto(fd, reply, sizeof reply, 0, (const struct sockaddr *)&request->from.addr, request->from.len) ==
                (ssize_t)sizeof reply,
            "send a datagram");
    close(fd);
}

static void let_next_door_answer_first(struct responder *server, unsigned number, const struct request *request) {
    reply_from_next_door(server, request);
    give_the_time(server, number, request);
}

Test(timesync_query, ignores_the_same_port_elsewhere, .timeout = 3,
     .description = "UDP-TIME-032b UDP-TIME-032: a perfect reply from 127.0.0.2 before the server's") {
    scene = time_scene_ordinary();
    expect_int(ask(AF_INET, let_next_door_answer_first, NULL), 0, "calling timesync_query");
    expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time from the server's reply");
}

/* A script: a stranger's reply, then the server's. */
static void let_stranger_answer_first(struct responder *server, unsigned number, const struct request *request) {
    unsigned char reply[NTP_BYTES];
    memcpy(reply, scene.reply, sizeof reply);
    memcpy(reply + NTP_ORIGINATE, request->bytes + NTP_TRANSMIT, 8);
    reply[1] = 0;
    peer_send(&scene.stranger, reply, sizeof reply, &request->from);
    give_the_time(server, number, request);
}

Test(timesync_query, ignores_strangers_over_ipv6, .timeout = 3,
     .description =
         "UDP-TIME-037a UDP-TIME-037: a stranger's kiss-o'-death on ::1, then a kiss-o'-death of the server") {
    scene = time_scene_ordinary();
    scene.stranger = peer_open(AF_INET6);
    expect_int(ask(AF_INET6, let_stranger_answer_first, NULL), 0, "calling timesync_query");
    expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time from the server's reply");
    scene.reply[1] = 0;
    scene.now = NEW_YEAR;
    expect_error(ask(AF_INET6, give_the_time, NULL), EACCES, "calling timesync_query for a kiss-o'-death");
    expect_text(result.kiss, "GPS", "the kiss code");
    peer_close(&scene.stranger);
}

/* One datagram of this kind that does not answer the request. Each has another fault, and a kiss code. */
enum { NONSENSE_KINDS = 9 };
static void talk_nonsense(struct responder *server, const struct request *request, unsigned kind) {
    unsigned char reply[NTP_BYTES];
    memcpy(reply, scene.reply, sizeof reply);
    memcpy(reply + NTP_ORIGINATE, request->bytes + NTP_TRANSMIT, 8);
    reply[1] = 0;
    memcpy(reply + 12, "RSTR", 4);
    switch (kind) {
    case 0:
        responder_reply(server, "", 0, &request->from);
        return;
    case 1:
        responder_reply(server, reply, NTP_BYTES - 1, &request->from);
        return;
    case 2:
        responder_reply(server, request->bytes, request->len, &request->from);
        return;
    case 3:
        reply[0] = 4 << 3 | 5;
        break;
    case 4:
        reply[0] = 5 << 3 | TIMESYNC_SERVER;
        break;
    case 5:
        reply[0] = 0 << 3 | TIMESYNC_SERVER;
        break;
    case 6:
        reply[0] = 3 << 6 | 4 << 3 | TIMESYNC_CLIENT;
        break;
    case 7:
        reply[NTP_ORIGINATE + 7] ^= 0x80;
        break;
    default:
        memset(reply + NTP_ORIGINATE, 0, 8);
    }
    responder_reply(server, reply, sizeof reply, &request->from);
}

static unsigned kind_of_nonsense;

static void talk_one_nonsense_first(struct responder *server, unsigned number, const struct request *request) {
    for (int i = 0; i < 3; i++)
        talk_nonsense(server, request, kind_of_nonsense);
    give_the_time(server, number, request);
}

Test(timesync_query, goes_on_after_each_kind_of_nonsense, .timeout = 3,
     .description = "UDP-TIME-032 UDP-TIME-032c: each of nine kinds of wrong datagrams three times, then the answer") {
    for (unsigned kind = 0; kind < NONSENSE_KINDS; kind++) {
        unsigned count;
        kind_of_nonsense = kind;
        scene = time_scene_ordinary();
        expect_int(ask(kind % 2 ? AF_INET6 : AF_INET, talk_one_nonsense_first, &count), 0,
                   "calling timesync_query for nonsense of kind %u, then the answer", kind);
        expect_int(result.reply.stratum, 1, "the stratum of the result's reply");
        expect_text(result.kiss, "", "the result's kiss code");
        expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time");
        expect_int(count, 1, "the number of requests");
    }
}

/* A script: at each request and each tick, another kind of nonsense. */
static void talk_every_nonsense(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    talk_nonsense(server, request, kind_of_nonsense++ % NONSENSE_KINDS);
}

/* If one kind of nonsense starts a new wait, the call never ends. What it returns is the matter of other clauses. */
Test(timesync_query, is_not_delayed_by_any_nonsense, .timeout = 3,
     .description = "UDP-TIME-033a UDP-TIME-033: a wrong datagram of another kind every 2 ms, and timeouts of 150 ms") {
    kind_of_nonsense = 0;
    scene = time_scene_ordinary();
    struct peer silent = peer_open(AF_INET);
    expect_written(timesync_query(&silent.at, time_scene_clock, &scene, 0, &result));
    peer_close(&silent);
    struct responder *server = responder_start(AF_INET, talk_every_nonsense, &scene, 2);
    step("the server sends a wrong datagram every 2 ms");
    expect_int(timesync_query(&server->socket.at, time_scene_clock, &scene, 150, &result), -1,
               "calling timesync_query with a timeout of 150 ms");

    responder_stop(server);
    responder_free(server);
}

/* A script: the answer with a long extension. */
static size_t length_of_reply;
static void give_a_long_answer(struct responder *server, unsigned number, const struct request *request) {
    static unsigned char reply[9000];
    (void)number;
    memset(reply, 0xee, sizeof reply);
    memcpy(reply, scene.reply, NTP_BYTES);
    memcpy(reply + NTP_ORIGINATE, request->bytes + NTP_TRANSMIT, 8);
    scene.now = scene.t4;
    responder_reply(server, reply, length_of_reply, &request->from);
}

Test(timesync_query, takes_replies_of_any_length, .timeout = 3,
     .description = "UDP-TIME-009a: replies of 49, 72, 1024 and 9000 bytes") {
    static const size_t lengths[] = {49, 72, 1024, 9000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        scene = time_scene_ordinary();
        length_of_reply = lengths[i];
        expect_int(ask(i % 2 ? AF_INET6 : AF_INET, give_a_long_answer, NULL), 0,
                   "calling timesync_query for a reply of %zu bytes", lengths[i]);
        expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time");
    }
}
