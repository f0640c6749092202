/* timesync_server.c - timesync_answer: what a time server answers, and which requests get no answer. */
#include <stdlib.h>
#include <string.h>
#include <timeslice/timesync.h>

#include "support/core/expect.h"
#include "support/core/fence.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/net/ntp.h"
#include "support/net/peer.h"

/* How many times the clocks of this file were read, and with what. */
static unsigned readings;
static void *last_ctx;

/* A clock that moves a quarter of a second each time it is read. */
static int64_t ticking(void *ctx) {
    int64_t *now = ctx;
    readings++;
    return *now += NS_PER_SECOND / 4;
}

/* A clock that needs no ctx: it goes back a quarter of a second each time it is read. */
static int64_t going_back(void *ctx) {
    last_ctx = ctx;
    return NEW_YEAR - (int64_t)++readings * NS_PER_SECOND / 4;
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
    readings = 0;
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
/* Each version and each poll interval, and nothing else of the request's first byte. */
Test(timesync_answer, speaks_every_version, .timeout = 3,
     .description = "UDP-TIME-021: versions 1 to 4 with each of 256 poll intervals, and leap 1 in the request") {
    struct scene scene;
    unsigned right = 0;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    for (unsigned i = 0; i < 4 * 256; i++) {
        unsigned version = 1 + i / 256;
        scene.request[0] = (unsigned char)(1 << 6 | version << 3 | TIMESYNC_CLIENT);
        scene.request[2] = (unsigned char)i;
        right += answer(&scene) == NTP_BYTES && (scene.reply[0] & 0x3f) == (version << 3 | TIMESYNC_SERVER) &&
                 scene.reply[2] == (unsigned char)i;
    }
    expect_int(right, 4 * 256, "how many of 1024 replies have mode 4, the version and the poll interval");
    scene_close(&scene);
}

Test(timesync_answer, does_not_need_to_know_who_asks, .timeout = 3,
     .description = "UDP-TIME-021a UDP-TIME-021b: NULL, an IPv6 client and an unknown family as the sender") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    struct udp_peer ipv6 = peer_address(AF_INET6, 1), unknown = {.len = 0};
    const struct udp_peer *const senders[] = {NULL, &ipv6, &unknown};
    for (size_t i = 0; i < 3; i++) {
        ssize_t len = timesync_answer(&scene.server, scene.request, NTP_BYTES, senders[i], scene.reply, NTP_BYTES);
        expect_int(len, 48, "what timesync_answer returned for sender %zu", i + 1);
        expect_int(scene.reply[0], 4 << 3 | TIMESYNC_SERVER, "the first byte of reply %zu", i + 1);
    }
    scene_close(&scene);
}

Test(timesync_answer, echoes_every_transmit, .timeout = 3,
     .description = "UDP-TIME-022a UDP-TIME-022b UDP-TIME-022: 0, only ones, single bits, beside other stamps") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    for (unsigned bit = 0; bit < 66; bit++) {
        uint64_t transmit = bit < 64 ? UINT64_C(1) << bit : bit == 64 ? 0 : UINT64_MAX;
        memset(scene.request + NTP_REFERENCE, bit % 2 ? 0xee : 0, 24);
        ntp_put(scene.request + NTP_TRANSMIT, 8, transmit);
        scene.now = NEW_YEAR;
        expect_answer(&scene, "a request with another transmit");
        expect_stamp(ntp_get(scene.reply + NTP_ORIGINATE, 8), transmit, "the reply's originate");
        expect_stamp(ntp_get(scene.reply + NTP_REFERENCE, 8), 0, "the reply's reference, which is the server's own");
        expect_stamp(ntp_get(scene.reply + NTP_RECEIVE, 8), NEW_YEAR_STAMP + QUARTER, "the reply's receive");
    }
    scene_close(&scene);
}

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
     .description = "UDP-TIME-023: a clock that moves 250 ms with each reading") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    step("a clock that moves a quarter of a second each time it is read");
    expect_answer(&scene, "a request");
    expect_stamp(ntp_get(scene.reply + NTP_RECEIVE, 8), NEW_YEAR_STAMP + QUARTER, "receive: the first reading");
    expect_stamp(ntp_get(scene.reply + NTP_TRANSMIT, 8), NEW_YEAR_STAMP + 2 * QUARTER, "transmit: the second reading");
    scene_close(&scene);
}

Test(timesync_answer, reads_the_clock_twice, .timeout = 3,
     .description = "UDP-TIME-023a UDP-TIME-023b UDP-TIME-023: counts the readings of ten requests") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    for (unsigned i = 1; i <= 3; i++) {
        expect_answer(&scene, "a request");
        expect_int(readings, 2 * i, "how many times the clock was read after %u replies", i);
    }
    for (unsigned i = 0; i < 7; i++) {
        bool bad_mode = i % 3 == 0, is_short = i % 3 == 1;
        readings = 0;
        scene.request[0] = (unsigned char)(4 << 3 | (bad_mode ? TIMESYNC_SERVER : TIMESYNC_CLIENT));
        scene.len = is_short ? i : NTP_BYTES;
        scene.cap = bad_mode || is_short ? NTP_BYTES : i;
        expect_silence(&scene, "a request that gets no reply");
        expect_true(readings <= 1, "the clock was read at most once (%u times)", readings);
    }
    scene_close(&scene);
}

Test(timesync_answer, passes_the_clock_what_belongs_to_it, .timeout = 3,
     .description = "UDP-TIME-023c UDP-TIME-023: clock_ctx NULL, and a clock that goes back between the readings") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    scene.server.clock = going_back;
    scene.server.clock_ctx = NULL;
    last_ctx = &scene;
    expect_answer(&scene, "a request, and a clock without a ctx");
    expect_true(last_ctx == NULL, "the clock got NULL as its ctx");
    expect_stamp(ntp_get(scene.reply + NTP_RECEIVE, 8), NEW_YEAR_STAMP - QUARTER, "receive: the first reading");
    expect_stamp(ntp_get(scene.reply + NTP_TRANSMIT, 8), NEW_YEAR_STAMP - 2 * QUARTER, "transmit: the second reading");
    scene_close(&scene);
}

/* Whether a stamp is right, or the one that timesync_stamp gives: a mistake of that function is not the server's. */
static bool is_stamp_of(uint64_t stamp, uint64_t right, int64_t moment) {
    return stamp == right || stamp == timesync_stamp(moment);
}

Test(timesync_answer, knows_both_eras, .timeout = 3,
     .description = "UDP-TIME-023d: readings exactly at the end of era 0, in era 1, and before 1970") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    scene.now = ERA_1 - NS_PER_SECOND / 4;
    expect_answer(&scene, "a request at the end of era 0");
    expect_true(is_stamp_of(ntp_get(scene.reply + NTP_RECEIVE, 8), 1, ERA_1), "receive is the stamp of ERA_1");
    expect_true(is_stamp_of(ntp_get(scene.reply + NTP_TRANSMIT, 8), QUARTER, ERA_1 + NS_PER_SECOND / 4),
                "transmit is the stamp a quarter of a second later");
    scene.now = -NS_PER_SECOND;
    expect_answer(&scene, "a request before 1970");
    expect_true(
        is_stamp_of(ntp_get(scene.reply + NTP_RECEIVE, 8), UINT64_C(0x83aa7e7f40000000), -3 * NS_PER_SECOND / 4),
        "receive is the stamp of the first reading");
    scene_close(&scene);
}

Test(timesync_answer, says_what_it_is, .timeout = 3,
     .description = "UDP-TIME-024 UDP-TIME-024b: a server of stratum 2 with every field of `about` set") {
    static const unsigned char expected[24] = {0x64, 0x02, 0x07, 0xec, 0x00, 0x01, 0x02, 0x03, 0x00, 0x04, 0x05, 0x06,
                                               0x7f, 0x00, 0x00, 0x01, 0xed, 0x00, 0x00, 0x00, 0x11, 0x22, 0x33, 0x44};
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    memset(scene.request + 1, 0xee, NTP_BYTES - 1);
    scene.request[1] = 0;
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

/* Each field alone has only ones, and all other fields of `about` are 0. */
Test(timesync_answer, says_whatever_it_is_told, .timeout = 3,
     .description = "UDP-TIME-024a UDP-TIME-024: each field of `about` at its limits") {
    static const struct {
        struct timesync_packet about;
        size_t at, size;
    } cases[] = {{{.stratum = 255}, 1, 1},
                 {{.precision = -1}, 3, 1},
                 {{.root_delay = UINT32_MAX}, 4, 4},
                 {{.root_dispersion = UINT32_MAX}, 8, 4},
                 {{.reference_id = UINT32_MAX}, 12, 4},
                 {{.reference = UINT64_MAX}, NTP_REFERENCE, 8}};
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char expected[NTP_ORIGINATE] = {4 << 3 | TIMESYNC_SERVER};
        memset(expected + cases[i].at, 0xff, cases[i].size);
        scene.server.about = cases[i].about;
        expect_answer(&scene, "a request");
        expect_bytes(scene.reply, NTP_ORIGINATE, expected, NTP_ORIGINATE, "the reply with field %zu of `about` set",
                     i + 1);
    }
    for (unsigned char leap = 0; leap < 4; leap++) {
        scene.server.about = (struct timesync_packet){.leap = leap};
        expect_answer(&scene, "a request");
        expect_int(scene.reply[0] >> 6, leap, "the reply's leap indicator");
    }
    scene_close(&scene);
}

Test(timesync_answer, ignores_the_rest_of_what_it_is, .timeout = 3,
     .description = "UDP-TIME-024b: only ones in the five other fields of `about`") {
    struct scene scene;
    unsigned char first[NTP_BYTES];
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    expect_answer(&scene, "a request");
    memcpy(first, scene.reply, sizeof first);
    struct timesync_packet *about = &scene.server.about;
    about->version = about->mode = 0xff;
    about->poll = -1;
    about->originate = about->receive = about->transmit = UINT64_MAX;
    scene.now = NEW_YEAR;
    expect_answer(&scene, "the same request at the same time");
    expect_bytes(scene.reply, NTP_BYTES, first, NTP_BYTES, "the same reply");
    scene_close(&scene);
}

Test(timesync_answer, needs_every_byte, .timeout = 3,
     .description = "UDP-TIME-025 UDP-TIME-025a UDP-TIME-025b UDP-TIME-025c: each len and cap below 48, NULL") {
    for (size_t less = 0; less < NTP_BYTES; less++) {
        struct scene whole;
        scene_open(&whole, NTP_BYTES, NTP_BYTES);
        unsigned char *part = fenced(less);
        memcpy(part, whole.request, less);
        step("the code under test gets %zu bytes; if it touches the next one, it crashes", less);
        expect_int(timesync_answer(&whole.server, part, less, &whole.from, whole.reply, NTP_BYTES), -1,
                   "a request of %zu bytes", less);
        expect_int(timesync_answer(&whole.server, whole.request, NTP_BYTES, &whole.from, part, less), -1,
                   "room for %zu bytes", less);
        fenced_free(part, less);
        scene_close(&whole);
    }
    struct scene scene;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    expect_written(timesync_answer(&scene.server, NULL, 0, NULL, scene.reply, NTP_BYTES));
    expect_int(timesync_answer(&scene.server, NULL, 0, NULL, scene.reply, NTP_BYTES), -1, "no request at all");
    expect_int(timesync_answer(&scene.server, scene.request, NTP_BYTES, NULL, NULL, 0), -1, "no room at all");
    expect_int(timesync_answer(&scene.server, NULL, 0, NULL, NULL, 0), -1, "no request and no room");
    scene_close(&scene);
}

Test(timesync_answer, answers_all_other_requests, .timeout = 3,
     .description = "UDP-TIME-027a UDP-TIME-027 UDP-TIME-025a: all 256 first bytes, beside zeros and beside ones") {
    struct scene scene;
    unsigned answered = 0, declined = 0;
    scene_open(&scene, NTP_BYTES, NTP_BYTES);
    for (unsigned i = 0; i < 512; i++) {
        unsigned version = i >> 3 & 7, mode = i & 7;
        memset(scene.request, i < 256 ? 0 : 0xff, NTP_BYTES);
        scene.request[0] = (unsigned char)i;
        ssize_t len = answer(&scene);
        bool good = mode == TIMESYNC_CLIENT && version >= 1 && version <= 4;
        answered += good && len == NTP_BYTES;
        declined += !good && len == -1;
    }
    expect_int(answered, 2 * 16, "how many requests of mode 3 and versions 1 to 4 got a reply");
    expect_int(declined, 512 - 2 * 16, "how many other requests got none");
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
     .description = "UDP-TIME-026 UDP-TIME-021a: requests of 49, 68 and 8192 bytes") {
    struct scene scene;
    scene_open(&scene, NTP_BYTES + 1, NTP_BYTES);
    expect_answer(&scene, "a request of 49 bytes");
    scene_close(&scene);
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
