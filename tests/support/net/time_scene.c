/* time_scene.c - the client's clock, and the scripts of the server. */
#include "time_scene.h"

#include <string.h>

#include "support/faults/interruptions.h"

int64_t time_scene_clock(void *ctx) {
    struct time_scene *scene = ctx;
    return scene->now;
}

struct time_scene time_scene_at(int64_t base, int t1, int t2, int t3, int t4) {
    struct time_scene scene = {.now = base + t1 * NS_PER_MS, .t4 = base + t4 * NS_PER_MS, .len = NTP_BYTES};
    uint64_t stamp = base == ERA_1 ? 0 : NEW_YEAR_STAMP;
    scene.reply[0] = 4 << 3 | TIMESYNC_SERVER;
    scene.reply[1] = 1;
    memcpy(scene.reply + 12, "GPS", 4);
    ntp_put(scene.reply + NTP_RECEIVE, 8, stamp + (uint64_t)(t2 * (int64_t)QUARTER / 250));
    ntp_put(scene.reply + NTP_TRANSMIT, 8, stamp + (uint64_t)(t3 * (int64_t)QUARTER / 250));
    return scene;
}

struct time_scene time_scene_ordinary(void) {
    return time_scene_at(NEW_YEAR, 0, 1250, 1500, 1250);
}

void time_scene_reply(struct responder *server, const struct request *request, unsigned at, unsigned char value) {
    struct time_scene *scene = server->ctx;
    unsigned char reply[sizeof scene->reply];
    memcpy(reply, scene->reply, sizeof reply);
    memcpy(reply + NTP_ORIGINATE, request->bytes + NTP_TRANSMIT, 8);
    reply[at] = value;
    responder_reply(server, reply, scene->len, &request->from);
}

void give_the_time(struct responder *server, unsigned number, const struct request *request) {
    (void)number;
    struct time_scene *scene = server->ctx;
    scene->now = scene->t4;
    time_scene_reply(server, request, 0, scene->reply[0]);
}

void give_the_time_after_signals(struct responder *server, unsigned number, const struct request *request) {
    if (number == 1)
        interruptions_await(3);
    give_the_time(server, number, request);
}
