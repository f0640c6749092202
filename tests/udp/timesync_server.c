/* timesync_server.c - timesync_answer: what a time server answers, and which requests get no answer. */
#include <stdlib.h>
#include <string.h>
#include <timeslice/timesync.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/net/ntp.h"
#include "support/net/peer.h"

/* A clock that moves a quarter of a second each time it is read. */
static int64_t ticking(void *ctx) {
    int64_t *now = ctx;
    return *now += NS_PER_SECOND / 4;
}

/* A server that knows the time, one request, and room for its reply. Both blocks have exactly their size. */
struct scene {
    int64_t now; /* of the ticking clock */
    struct timesync_server server;
    struct udp_peer from;
    unsigned char *request, *reply;
    size_t len, cap;
};

static void scene_open(struct scene *scene, size_t len, size_t cap) {
    *scene = (struct scene){.now = NEW_YEAR, .from = peer_address(AF_INET, 9000), .len = len, .cap = cap};
    scene->server = (struct timesync_server){.clock = ticking, .clock_ctx = &scene->now, .about = {.stratum = 1}};
    scene->request = calloc(1, len);
    scene->reply = malloc(cap);
    require(scene->request && scene->reply, "find memory");
    memset(scene->reply, '#', cap);
    scene->request[0] = 4 << 3 | TIMESYNC_CLIENT; /* leap 0, version 4 */
    if (len >= NTP_BYTES)
        ntp_put(scene->request + NTP_TRANSMIT, 8, NEW_YEAR_STAMP);
}

static void scene_close(struct scene *scene) {
    free(scene->request);
    free(scene->reply);
}

/* The code under test answers the request. */
static ssize_t answer(struct scene *scene) {
    return timesync_answer(&scene->server, scene->request, scene->len, &scene->from, scene->reply, scene->cap);
}

static void expect_answer(struct scene *scene, const char *what) {
    step("the request's first byte is 0x%02x", scene->request[0]);
    expect_int(answer(scene), NTP_BYTES, "calling timesync_answer with %s", what);
}

static void expect_silence(struct scene *scene, const char *what) {
    step("the request's first byte is 0x%02x", scene->request[0]);
    expect_int(answer(scene), -1, "calling timesync_answer with %s, which gets no reply", what);
}

Test(timesync_answer, speaks_the_clients_version, .timeout = 3,
     .description = "UDP-TIME-021: requests of versions 4 and 1, with poll 10") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    scene.request[2] = 10;
    expect_answer(&scene, "a request of version 4");
    expect_int(scene.reply[0], 4 << 3 | TIMESYNC_SERVER, "the reply's first byte: leap 0, version 4, mode 4");
    expect_int(scene.reply[2], 10, "the reply's poll interval");
    scene.request[0] = 1 << 3 | TIMESYNC_CLIENT;
    expect_answer(&scene, "a request of version 1");
    expect_int(scene.reply[0], 1 << 3 | TIMESYNC_SERVER, "the reply's first byte: leap 0, version 1, mode 4");
    scene_close(&scene);
}

/* The client chooses its transmit freely. Many clients send a random number. */
Test(timesync_answer, echoes_the_transmit, .timeout = 3,
     .description = "UDP-TIME-022: a random number for the transmit") {
    static const unsigned char ticket[8] = {0x00, 0x01, 0xfe, 0xff, 0x80, 0x7f, 0x55, 0xaa};
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    memset(scene.request + NTP_ORIGINATE, 0xee, 16);
    memcpy(scene.request + NTP_TRANSMIT, ticket, sizeof ticket);
    expect_answer(&scene, "a request with a random number for its transmit");
    expect_bytes(scene.reply + NTP_ORIGINATE, 8, ticket, 8, "the reply's originate");
    scene_close(&scene);
}

Test(timesync_answer, tells_when_the_request_came_and_the_reply_went, .timeout = 3,
     .description = "UDP-TIME-023: a clock that moves 250 ms with each reading, in both eras") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    step("a clock that moves a quarter of a second each time it is read");
    expect_answer(&scene, "a request");
    expect_stamp(ntp_get(scene.reply + NTP_RECEIVE, 8), NEW_YEAR_STAMP + QUARTER, "receive: the first reading");
    expect_stamp(ntp_get(scene.reply + NTP_TRANSMIT, 8), NEW_YEAR_STAMP + 2 * QUARTER, "transmit: the second reading");
    scene.now = ERA_1;
    expect_answer(&scene, "a request in era 1");
    expect_stamp(ntp_get(scene.reply + NTP_RECEIVE, 8), QUARTER, "receive: the first reading");
    scene_close(&scene);
}

Test(timesync_answer, says_what_it_is, .timeout = 3,
     .description = "UDP-TIME-024: a server of stratum 2 with every field of `about` set") {
    static const unsigned char expected[24] = {0x64, 0x02, 0x07, 0xec, 0x00, 0x01, 0x02, 0x03, 0x00, 0x04, 0x05, 0x06,
                                               0x7f, 0x00, 0x00, 0x01, 0xed, 0x00, 0x00, 0x00, 0x11, 0x22, 0x33, 0x44};
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    memset(scene.request + 1, 0xee, NTP_BYTES - 1);
    scene.request[2] = 7;
    memset(&scene.server.about, 0xa5,
           sizeof scene.server.about); /* wrong values for the fields that come from the request or the clock */
    scene.server.about.leap = TIMESYNC_61_SECONDS;
    scene.server.about.stratum = 2;
    scene.server.about.precision = -20;
    scene.server.about.root_delay = 0x00010203;
    scene.server.about.root_dispersion = 0x00040506;
    scene.server.about.reference_id = 0x7f000001;
    scene.server.about.reference = UINT64_C(0xed00000011223344);
    expect_answer(&scene, "a request");
    expect_bytes(scene.reply, sizeof expected, expected, sizeof expected, "the first 24 bytes of the reply");
    scene_close(&scene);
}

Test(timesync_answer, needs_a_whole_request_and_room, .timeout = 3,
     .description = "UDP-TIME-025: requests of 48, 47 and 0 bytes, then cap 47") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    expect_answer(&scene, "a request of 48 bytes");
    scene_close(&scene);
    scene_open(&scene, NTP_BYTES - 1, NTP_BYTES);
    expect_silence(&scene, "a request of 47 bytes");
    scene.len = 0;
    expect_silence(&scene, "an empty request");
    scene_close(&scene);
    scene_open(&scene, NTP_BYTES, NTP_BYTES - 1);
    expect_silence(&scene, "a request, with room for 47 bytes");
    scene_close(&scene);
}

Test(timesync_answer, answers_a_request_with_an_extension, .timeout = 3,
     .description = "UDP-TIME-026: requests of 68 and 8192 bytes") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES + 20, NTP_BYTES);
    expect_answer(&scene, "a request of 68 bytes");
    scene_close(&scene);
    scene_open(&scene, UDP_REQUEST_MAX, UDP_REPLY_MAX);
    expect_answer(&scene, "the longest request that udp_serve hands over");
    scene_close(&scene);
}

Test(timesync_answer, answers_no_answer, .timeout = 3, .description = "UDP-TIME-027: all eight modes") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    expect_answer(&scene, "a request of mode 3");
    for (unsigned char mode = 0; mode < 8; mode++) {
        scene.request[0] = (unsigned char)(4 << 3 | mode);
        if (mode != TIMESYNC_CLIENT)
            expect_silence(&scene, "a request of another mode");
    }
    scene_close(&scene);
}

Test(timesync_answer, answers_the_versions_that_it_knows, .timeout = 3,
     .description = "UDP-TIME-027: all eight versions") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    for (unsigned char version = 0; version < 8; version++) {
        scene.request[0] = (unsigned char)(version << 3 | TIMESYNC_CLIENT);
        if (version >= 1 && version <= 4)
            expect_answer(&scene, "a request of version 1 to 4");
        else
            expect_silence(&scene, "a request of version 0 or 5 to 7");
    }
    scene_close(&scene);
}
