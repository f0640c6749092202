/* fault_scenes.c - the scenes with datagrams. */
#include "fault_scenes.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/net/time_scene.h"
#include "support/process/kernel_view.h"

/* Longer than any watchdog, and less than 2^31 microseconds. */
enum { HALF_AN_HOUR = 1800 * 1000 };

static const struct outcome nothing = {.works = false};

static void open_nothing(struct scene *scene) {
    scene->fd = -1;
}

static struct outcome end_nothing(struct scene *scene) {
    (void)scene;
    return nothing;
}

static struct outcome call_names(struct scene *scene, unsigned number) {
    struct udp_peer peer = {.len = 0};
    char text[32] = "";
    (void)scene, (void)number;
    int result = udp_resolve(&peer, "127.0.0.1", 9000);
    struct outcome outcome = outcome_of(result);
    if (result == -1)
        return outcome;
    outcome.works = peer.len > 0;
    outcome_add(&outcome, &peer.len, sizeof peer.len);
    peer = peer_address(AF_INET, 9000);
    int len = udp_format(&peer, text, sizeof text);
    if (len == -1)
        return outcome_of(len);
    outcome_add(&outcome, &len, sizeof len);
    outcome_add(&outcome, text, sizeof text);
    return outcome;
}

const struct scene_kind scene_names = {
    .name = "udp_resolve and udp_format", .open = open_nothing, .call = call_names, .end = end_nothing};

static struct outcome call_sockets(struct scene *scene, unsigned number) {
    struct udp_peer self = {.len = 0};
    (void)scene, (void)number;
    int fd = udp_bind("127.0.0.1", 0);
    if (fd == -1)
        return outcome_of(-1);
    struct outcome outcome = outcome_of(udp_local(fd, &self));
    close(fd);
    outcome.works = self.len > 0;
    if (outcome.result != -1)
        outcome_add(&outcome, &self.len, sizeof self.len);
    return outcome;
}

const struct scene_kind scene_sockets = {
    .name = "udp_bind and udp_local", .open = open_nothing, .call = call_sockets, .end = end_nothing};

static void open_sender(struct scene *scene) {
    scene->pair = pair_open(AF_INET);
    scene->fd = scene->pair.from.fd;
}

static struct outcome call_send(struct scene *scene, unsigned number) {
    static const char *const data[] = {"first", "second", ""};
    return outcome_of(udp_send(scene->fd, data[number], strlen(data[number]), &scene->pair.to.at));
}

/* Takes what has arrived, and sums it up. A datagram of the kit marks the end. */
static void add_arrivals(struct outcome *outcome, const struct peer *to) {
    char got[64];
    struct peer marker = peer_open(AF_INET);
    peer_send(&marker, "the end of all", 14, &to->at);
    for (ssize_t len = 0; len != 14;) {
        len = peer_receive(to, got, sizeof got, NULL);
        outcome_add(outcome, &len, sizeof len);
        outcome_add(outcome, got, len < (ssize_t)sizeof got ? (size_t)len : sizeof got);
    }
    peer_close(&marker);
}

static struct outcome end_sender(struct scene *scene) {
    struct outcome outcome = nothing;
    add_arrivals(&outcome, &scene->pair.to);
    pair_close(&scene->pair);
    return outcome;
}

const struct scene_kind scene_sending = {
    .name = "udp_send", .calls = 3, .open = open_sender, .call = call_send, .end = end_sender};

static void open_receiver(struct scene *scene) {
    scene->pair = pair_open(AF_INET6);
    scene->fd = scene->pair.to.fd;
    pair_arrive(&scene->pair, "first", 5);
    pair_arrive(&scene->pair, "second", 6);
    pair_arrive(&scene->pair, "", 0);
    pair_arrive(&scene->pair, "the last", 8);
}

static struct outcome receive(struct scene *scene, int timeout_ms) {
    char buf[16];
    struct udp_peer from;
    memset(&from, 0xa5, sizeof from);
    ssize_t len = udp_recv(scene->pair.to.fd, buf, sizeof buf, &from, timeout_ms);
    struct outcome outcome = outcome_of(len);
    if (len >= 0)
        outcome_add(&outcome, buf, (size_t)len < sizeof buf ? (size_t)len : sizeof buf);
    bool knows = from.len == scene->pair.from.at.len && memcmp(&from.addr, &scene->pair.from.at.addr, from.len) == 0;
    if (len >= 0)
        outcome_add(&outcome, knows ? "from" : "??", 2);
    return outcome;
}

static struct outcome call_at_once(struct scene *scene, unsigned number) {
    return receive(scene, number == 0 ? 0 : -1);
}

static struct outcome call_patient(struct scene *scene, unsigned number) {
    (void)number;
    return receive(scene, HALF_AN_HOUR);
}

static struct outcome call_endless(struct scene *scene, unsigned number) {
    (void)number;
    return receive(scene, -1);
}

static struct outcome call_receive(struct scene *scene, unsigned number) {
    static const int timeouts[] = {-1, HALF_AN_HOUR, 1, 0};
    return receive(scene, timeouts[number]);
}

static struct outcome end_pair(struct scene *scene) {
    pair_close(&scene->pair);
    return nothing;
}

const struct scene_kind scene_at_once = {
    .name = "udp_recv that may not wait", .open = open_receiver, .call = call_at_once, .end = end_pair};
const struct scene_kind scene_patient = {
    .name = "udp_recv that may wait half an hour", .open = open_receiver, .call = call_patient, .end = end_pair};
const struct scene_kind scene_endless = {
    .name = "udp_recv that may wait for ever", .open = open_receiver, .call = call_endless, .end = end_pair};
const struct scene_kind scene_receiving = {
    .name = "udp_recv with four timeouts", .calls = 4, .open = open_receiver, .call = call_receive, .end = end_pair};

static void open_pair(struct scene *scene) {
    scene->pair = pair_open(AF_INET);
    scene->fd = scene->pair.to.fd;
}

static struct pair late; /* static, because the thread of late_start uses it too */

static void send_late(void) {
    peer_send(&late.from, "late", 4, &late.to.at);
}

static struct outcome call_wait(struct scene *scene, unsigned number) {
    late = scene->pair;
    late_start(send_late);
    struct outcome outcome = receive(scene, number == 0 ? -1 : HALF_AN_HOUR);
    late_end();
    return outcome;
}

const struct scene_kind scene_waiting = {
    .name = "udp_recv that waits", .calls = 2, .open = open_pair, .call = call_wait, .end = end_pair};

static struct outcome call_in_vain(struct scene *scene, unsigned number) {
    char buf[16];
    (void)number;
    struct outcome outcome = outcome_of(udp_recv(scene->pair.to.fd, buf, sizeof buf, NULL, 2));
    outcome.works = outcome.error != ENOSYS;
    return outcome;
}

const struct scene_kind scene_timing_out = {.name = "udp_recv with 2 ms, and no datagram",
                                            .calls = 1,
                                            .open = open_pair,
                                            .call = call_in_vain,
                                            .end = end_pair,
                                            .least_ms = 2};

static void open_service(struct scene *scene) {
    scene->service = queued_open(AF_INET, false);
    scene->fd = scene->service.socket.fd;
    queued_ask(&scene->service, "first");
    queued_ask(&scene->service, "second");
    queued_ask(&scene->service, "third");
}

static struct outcome call_serve(struct scene *scene, unsigned number) {
    struct queued_service *service = &scene->service;
    (void)number;
    struct outcome outcome = outcome_of(queued_serve(service, NULL));
    outcome.works = service->calls > 0;
    outcome_add(&outcome, &service->calls, sizeof service->calls);
    outcome_add(&outcome, &service->stats, sizeof service->stats);
    return outcome;
}

static struct outcome end_service(struct scene *scene) {
    struct outcome outcome = nothing;
    add_arrivals(&outcome, &scene->service.client);
    queued_close(&scene->service);
    return outcome;
}

const struct scene_kind scene_serving = {
    .name = "udp_serve", .calls = 1, .open = open_service, .call = call_serve, .end = end_service};

/* A loop may count a request as failed and go on. So there are more requests than one, and any of them stops it. */
static struct outcome call_serve_poorly(struct scene *scene, unsigned number) {
    struct queued_service *service = &scene->service;
    char byte;
    (void)number;
    service->last = 1;
    struct outcome outcome = outcome_of(queued_serve_until(service, service->stop[0], NULL));
    if (service->calls > 0)
        require(read(service->stop[0], &byte, 1) == 1, "empty a pipe");
    outcome.works = service->calls > 0;
    queued_ask(service, "again");
    return outcome;
}

static struct outcome end_service_poorly(struct scene *scene) {
    queued_close(&scene->service);
    return nothing;
}

const struct scene_kind scene_serving_poorly = {
    .name = "udp_serve", .open = open_service, .call = call_serve_poorly, .end = end_service_poorly};

static const struct udp_call_options patient = {.attempts = 1, .timeout_ms = HALF_AN_HOUR, .backoff = 1};

static void open_echo(struct scene *scene) {
    scene->server = responder_start(AF_INET, responder_echo, NULL, 0);
}

static struct outcome call_ask(struct scene *scene, unsigned number) {
    char reply[16] = "";
    (void)number;
    ssize_t len = udp_call(&scene->server->socket.at, "hello", 5, reply, sizeof reply, &patient);
    struct outcome outcome = outcome_of(len);
    outcome.works = reply[0] != '\0';
    if (len >= 0)
        outcome_add(&outcome, reply, (size_t)len < sizeof reply ? (size_t)len : sizeof reply);
    return outcome;
}

static struct outcome end_responder(struct scene *scene) {
    struct outcome outcome = nothing;
    responder_stop(scene->server);
    outcome.result = scene->server->count;
    responder_free(scene->server);
    return outcome;
}

const struct scene_kind scene_asking = {
    .name = "udp_call", .calls = 1, .open = open_echo, .call = call_ask, .end = end_responder, .end_may_differ = true};

static struct outcome call_silent(struct scene *scene, unsigned number) {
    static const struct udp_call_options brief = {.attempts = 2, .timeout_ms = 1, .backoff = 2};
    char reply[16];
    (void)number;
    struct outcome outcome = outcome_of(udp_call(&scene->pair.to.at, "hello", 5, reply, sizeof reply, &brief));
    outcome.works = is_readable(scene->pair.to.fd); /* a request has come */
    return outcome;
}

static struct outcome end_silent(struct scene *scene) {
    struct outcome outcome = {.result = peer_drain(&scene->pair.to)};
    pair_close(&scene->pair);
    return outcome;
}

const struct scene_kind scene_asking_in_vain = {.name = "udp_call of a silent server, attempts of 1 and 2 ms",
                                                .calls = 1,
                                                .open = open_pair,
                                                .call = call_silent,
                                                .end = end_silent,
                                                .least_ms = 3};

static struct time_scene moments; /* static, because the responder uses it too */

static void open_time(struct scene *scene) {
    moments = time_scene_ordinary();
    scene->server = responder_start(AF_INET, give_the_time, &moments, 0);
}

static struct outcome ask_for_time(const struct udp_peer *server, int timeout_ms) {
    struct timesync_result result;
    memset(&result, 0, sizeof result);
    moments.now = NEW_YEAR;
    struct outcome outcome = outcome_of(timesync_query(server, time_scene_clock, &moments, timeout_ms, &result));
    outcome.works = result.reply.transmit != 0;
    if (outcome.result != -1) {
        outcome_add(&outcome, &result.offset, sizeof result.offset);
        outcome_add(&outcome, &result.delay, sizeof result.delay);
        outcome_add(&outcome, &result.moment, sizeof result.moment);
    }
    return outcome;
}

static struct outcome call_time(struct scene *scene, unsigned number) {
    (void)number;
    return ask_for_time(&scene->server->socket.at, HALF_AN_HOUR);
}

const struct scene_kind scene_time = {.name = "timesync_query",
                                      .calls = 1,
                                      .open = open_time,
                                      .call = call_time,
                                      .end = end_responder,
                                      .end_may_differ = true};

static struct outcome call_no_time(struct scene *scene, unsigned number) {
    (void)number;
    struct outcome outcome = ask_for_time(&scene->pair.to.at, 2);
    outcome.works = is_readable(scene->pair.to.fd); /* a question has come */
    return outcome;
}

const struct scene_kind scene_no_time = {.name = "timesync_query of a silent server, 2 ms",
                                         .calls = 1,
                                         .open = open_pair,
                                         .call = call_no_time,
                                         .end = end_silent,
                                         .least_ms = 2};
