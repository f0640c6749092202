/* time_scene.h - a time server of the kit and the clock of its client: an exchange whose four moments the test knows.
 */
#ifndef SUPPORT_NET_TIME_SCENE_H
#define SUPPORT_NET_TIME_SCENE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <timeslice/timesync.h>

#include "ntp.h"
#include "peer.h"
#include "responder.h"

#define AN_HOUR (3600 * 1000) /* longer than any watchdog: the call returns at once, or the test ends */

/* How one exchange goes. The client's clock shows t1 until the server has the request, and t4 after that. So the test
 * knows both readings. It is static or on the heap. */
struct time_scene {
    _Atomic int64_t now;
    int64_t t4;
    unsigned char reply[NTP_BYTES + 20]; /* the server's reply, without its originate */
    size_t len;
    struct peer stranger;
};

/* The client's clock. Its ctx is the scene. */
timesync_clock time_scene_clock;

/* A scene with a good server of stratum 1. Its moments are given in milliseconds from base: NEW_YEAR or ERA_1. */
struct time_scene time_scene_at(int64_t base, int t1, int t2, int t3, int t4);

/* T1 is 0 ms, T2 1250 ms, T3 1500 ms, T4 1250 ms after the new year: offset 750 ms, delay 1000 ms. */
struct time_scene time_scene_ordinary(void);

/* Answers the request with the scene's reply, in which one byte is changed. The scene is the ctx of the server. */
void time_scene_reply(struct responder *server, const struct request *request, unsigned at, unsigned char value);

/* A script: sends the scene's reply. */
responder_script give_the_time;

/* A script: sends the scene's reply after three signals have interrupted the client's wait (interruptions.h). */
responder_script give_the_time_after_signals;

#endif
