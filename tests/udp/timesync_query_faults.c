/* timesync_query_faults.c - timesync_query with errors, signals, every timeout, and few descriptors. */
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/short_waits.h"
#include "support/core/stopwatch.h"
#include "support/core/written.h"
#include "support/faults/faults.h"
#include "support/faults/interruptions.h"
#include "support/faults/waits.h"
#include "support/net/peer.h"
#include "support/net/responder.h"
#include "support/net/time_scene.h"

static const int families[] = {AF_INET, AF_INET6};

/* Asks once. The scene is the ordinary one. */
static int ask(const struct udp_peer *server, struct time_scene *scene, int timeout_ms) {
    static struct timesync_result result;
    memset(&result, 0xa5, sizeof result);
    return timesync_query(server, time_scene_clock, scene, timeout_ms, &result);
}

/* The server answers after three signals have interrupted the wait, so the wait has begun. */
static void expect_patience(int timeout_ms) {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, give_the_time_after_signals, &scene, 0);
    step("the answer comes after three signals have interrupted the wait; timeout_ms is %d", timeout_ms);
    interruptions_start(gettid(), 2);
    int verdict = ask(&server->socket.at, &scene, timeout_ms), error = errno;
    interruptions_stop();
    responder_stop(server);
    expect_int((errno = error, verdict), 0, "calling timesync_query with timeout_ms %d", timeout_ms);
    expect_int(server->count, 1, "the number of requests");
    responder_free(server);
}

Test(timesync_query, waits_for_ever_if_the_timeout_is_negative, .timeout = 3,
     .description = "UDP-TIME-034a: timeouts of -1, -2, -1000 and INT_MIN, and an answer during the wait") {
    static const int timeouts[] = {-1, -2, -1000, INT_MIN};
    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++)
        expect_patience(timeouts[i]);
}

Test(timesync_query, waits_for_weeks, .timeout = 3,
     .description = "UDP-TIME-034d: timeouts of 2147484 ms, an hour and INT_MAX, and an answer during the wait") {
    static const int timeouts[] = {2147484, AN_HOUR, INT_MAX / 2 + 1, INT_MAX};
    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++)
        expect_patience(timeouts[i]);
}

Test(timesync_query, does_not_wait_at_all, .timeout = 3,
     .description = "UDP-TIME-034b UDP-TIME-034: timeout 0, five times, with a silent server") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct peer silent = peer_open(AF_INET);
    for (unsigned i = 1; i <= 5; i++)
        expect_error(ask(&silent.at, &scene, 0), ETIMEDOUT, "calling timesync_query with timeout 0, time %u", i);
    expect_int(peer_drain(&silent), 5, "the number of requests that the server got from five calls");
    peer_close(&silent);
}

/* Clocks of clients. Somebody sets them by a day between any two readings. */
static int64_t days;
static int64_t jumping_ahead(void *ctx) {
    return time_scene_clock(ctx) + ++days * 86400 * NS_PER_SECOND;
}
static int64_t jumping_back(void *ctx) {
    return time_scene_clock(ctx) - ++days * 86400 * NS_PER_SECOND;
}

struct jump {
    const struct peer *silent;
    timesync_clock *clock;
    struct time_scene *scene;
};

static bool ask_with_jumps(void *ctx, int timeout_ms) {
    struct jump *jump = ctx;
    struct timesync_result result;
    return timesync_query(&jump->silent->at, jump->clock, jump->scene, timeout_ms, &result) == -1 && errno == ETIMEDOUT;
}

Test(timesync_query, waits_by_another_clock, .timeout = 3,
     .description = "UDP-TIME-034c UDP-TIME-034: a clock that jumps ahead, one that goes back, one that stands still") {
    static struct time_scene scene;
    scene = time_scene_at(NEW_YEAR, 0, 0, 0, 0);
    struct peer silent = peer_open(AF_INET);
    struct jump ahead = {&silent, jumping_ahead, &scene}, back = {&silent, jumping_back, &scene},
                still = {&silent, time_scene_clock, &scene};
    expect_short_waits(ask_with_jumps, &ahead, 1, 1);
    expect_short_waits(ask_with_jumps, &back, 1, 1);
    expect_short_waits(ask_with_jumps, &still, 1, 1);
    expect_short_waits(ask_with_jumps, &still, 3, 3);
    peer_close(&silent);
}

Test(timesync_query, reports_an_error_of_its_send, .timeout = 3,
     .description = "UDP-TIME-035a UDP-TIME-035b: six errors of a single send, an hour's timeout, IPv4 and IPv6") {
    static const int errors[] = {ENETUNREACH, EHOSTUNREACH, EPERM, ENOBUFS, ENOMEM, EIO};
    static struct time_scene scene;
    scene = time_scene_ordinary();
    for (size_t i = 0; i < 2 * sizeof errors / sizeof errors[0]; i++) {
        int error = errors[i / 2];
        struct peer silent = peer_open(families[i % 2]);
        fail_calls(SENDING, 1, 1, error);
        int verdict = ask(&silent.at, &scene, AN_HOUR), got = errno;
        fail_calls(SENDING, 1, 0, 0);
        expect_error((errno = got, verdict), error, "calling timesync_query, whose send fails with %s over %s",
                     strerror(error), i % 2 ? "IPv6" : "IPv4");
        expect_int(peer_drain(&silent), 0, "the number of requests that the server got");
        peer_close(&silent);
    }
}

Test(timesync_query, reports_an_error_of_its_receive, .timeout = 3,
     .description = "UDP-TIME-035a: five errors of a single receive, an hour's timeout, IPv4 and IPv6") {
    static const int errors[] = {EHOSTUNREACH, ENETUNREACH, ENOMEM, EIO, EPERM};
    static struct time_scene scene;
    for (size_t i = 0; i < 2 * sizeof errors / sizeof errors[0]; i++) {
        int error = errors[i / 2];
        scene = time_scene_ordinary();
        struct responder *server = responder_start(families[i % 2], give_the_time, &scene, 0);
        fail_calls(RECEIVING, 1, 1, error);
        int verdict = ask(&server->socket.at, &scene, AN_HOUR), got = errno;
        fail_calls(RECEIVING, 1, 0, 0);
        responder_stop(server);
        expect_error((errno = got, verdict), error, "calling timesync_query, whose receive fails with %s",
                     strerror(error));
        expect_int(server->count, 1, "the number of requests");
        responder_free(server);
    }
}

/* Code that does not wait by poll or select times out. */
Test(timesync_query, reports_a_wait_that_fails, .timeout = 3,
     .description = "UDP-TIME-035c UDP-TIME-035 UDP-RULE-001f: a poll or select without memory, IPv4 and IPv6") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    for (size_t i = 0; i < 2; i++) {
        struct peer silent = peer_open(families[i]);
        fail_waits(1, ENOMEM);
        int verdict = ask(&silent.at, &scene, 1), error = errno;
        int expected = waits_failed() > 0 ? ENOMEM : ETIMEDOUT;
        fail_waits(0, 0);
        expect_error((errno = error, verdict), expected, "calling timesync_query, whose wait fails with ENOMEM");
        peer_close(&silent);
    }
}

/* The loopback's address for broadcasts. A socket that did not ask for broadcasts may not send there. The kit looks
 * what the kernel says to it. */
static struct udp_peer forbidden(int *error) {
    struct peer kit = peer_open(AF_INET);
    struct udp_peer everybody = kit.at;
    ((struct sockaddr_in *)&everybody.addr)->sin_addr.s_addr = htonl(0x7fffffff);
    ssize_t sent = sendto(kit.fd, "", 0, 0, (struct sockaddr *)&everybody.addr, everybody.len);
    *error = errno;
    require(sent == -1, "find an address that is forbidden");
    peer_close(&kit);
    return everybody;
}

Test(timesync_query, reports_an_address_that_is_forbidden, .timeout = 3,
     .description = "UDP-TIME-035a: a server at the loopback's broadcast address, and an hour's timeout") {
    static struct time_scene scene;
    int error;
    struct udp_peer everybody = forbidden(&error);
    scene = time_scene_ordinary();
    expect_error(ask(&everybody, &scene, AN_HOUR), error, "calling timesync_query for 127.255.255.255");
}

/* Asks with this many free descriptors. The call has enough, or it fails with EMFILE. */
static void expect_poverty(const struct peer *silent, int count) {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    allow_descriptors(count);
    int verdict = ask(&silent->at, &scene, 1), error = errno;
    allow_all_descriptors();
    step("the call could open %d descriptors", count);
    expect_int(verdict, -1, "the result of timesync_query");
    expect_true(error == EMFILE || (count > 0 && error == ETIMEDOUT),
                "errno is EMFILE, or ETIMEDOUT if the descriptors were enough (it was: %s)", strerror(error));
}

Test(timesync_query, fails_if_no_descriptor_is_left, .timeout = 3,
     .description = "UDP-TIME-035c: no free descriptor, then one to four of them, and a timeout of 1 ms") {
    struct peer silent = peer_open(AF_INET);
    for (int count = 0; count <= 4; count++)
        expect_poverty(&silent, count);
    peer_close(&silent);
}

Test(timesync_query, leaves_no_descriptor_when_it_fails, .timeout = 3,
     .description = "UDP-TIME-038a UDP-TIME-038: a forbidden address, few descriptors, failed sends and receives") {
    static struct time_scene scene;
    static const int errors[] = {EPERM, ENOBUFS, ENOMEM};
    int error;
    struct udp_peer everybody = forbidden(&error);
    struct peer silent = peer_open(AF_INET);
    scene = time_scene_ordinary();
    expect_written(ask(&silent.at, &scene, 0));
    int before = open_descriptors();
    expect_int(ask(&everybody, &scene, AN_HOUR), -1, "calling timesync_query for 127.255.255.255");
    expect_int(open_descriptors(), before, "the number of open descriptors after that");
    for (int count = 0; count <= 4; count++) {
        allow_descriptors(count);
        ask(&silent.at, &scene, 1);
        allow_all_descriptors();
        expect_int(open_descriptors(), before, "the number of open descriptors after a call with %d", count);
    }
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        fail_calls(SENDING, 1, 1, errors[i]);
        ask(&silent.at, &scene, 1);
        fail_calls(SENDING, 1, 0, 0);
        fail_calls(RECEIVING, 1, 1, errors[i]);
        ask(&silent.at, &scene, 1);
        fail_calls(RECEIVING, 1, 0, 0);
        expect_int(open_descriptors(), before, "the number of open descriptors after calls that fail with %s",
                   strerror(errors[i]));
    }
    peer_close(&silent);
}

Test(timesync_query, repeats_an_interrupted_send, .timeout = 3,
     .description = "UDP-TIME-036a UDP-TIME-036b UDP-TIME-036: three sends and three receives that fail with EINTR") {
    static struct time_scene scene;
    for (size_t i = 0; i < 2; i++) {
        scene = time_scene_ordinary();
        struct responder *server = responder_start(families[i], give_the_time, &scene, 0);
        fail_calls(SENDING, 1, 3, EINTR);
        fail_calls(RECEIVING, 1, 3, EINTR);
        int verdict = ask(&server->socket.at, &scene, AN_HOUR), error = errno;
        fail_calls(SENDING, 1, 0, 0);
        fail_calls(RECEIVING, 1, 0, 0);
        responder_stop(server);
        expect_int((errno = error, verdict), 0, "calling timesync_query, which is interrupted");
        expect_int(server->count, 1, "the number of requests");
        responder_free(server);
    }
}

/* No thread of the kit waits here, so every interrupted wait is one of the call. */
Test(timesync_query, goes_on_after_interrupted_waits, .timeout = 3,
     .description = "UDP-TIME-036b UDP-TIME-036: ten waits in a row that fail with EINTR, and a timeout of 30 ms") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    for (unsigned first = 1; first <= 3; first++) {
        struct peer silent = peer_open(families[first % 2]);
        interrupt_waits(first, 10);
        double start = stopwatch_ms();
        int verdict = ask(&silent.at, &scene, 30), error = errno;
        double waited = stopwatch_ms() - start;
        interrupt_waits(1, 0);
        expect_error((errno = error, verdict), ETIMEDOUT, "calling timesync_query with a timeout of 30 ms");
        expect_at_least(waited, 30, "how long it waited");
        expect_int(peer_drain(&silent), 1, "the number of requests that the server got");
        peer_close(&silent);
    }
}

Test(timesync_query, fails_in_the_same_way_over_ipv6, .timeout = 3,
     .description = "UDP-TIME-037a UDP-TIME-037: a closed port, a silent server, 30 waits of 1 ms on ::1") {
    static struct time_scene scene;
    scene = time_scene_ordinary();
    struct peer deaf = peer_deaf(AF_INET6), silent = peer_open(AF_INET6);
    expect_error(ask(&deaf.at, &scene, AN_HOUR), ECONNREFUSED, "calling timesync_query where nobody listens");
    struct jump still = {&silent, time_scene_clock, &scene};
    expect_short_waits(ask_with_jumps, &still, 1, 1);
    expect_int(peer_drain(&silent), 30, "the number of requests that a silent server got from 30 calls");
    peer_close(&deaf);
    peer_close(&silent);
}

/* A clock that looks for open descriptors that the next program would inherit. */
enum { DESCRIPTORS = 256 };
static bool known[DESCRIPTORS];
static unsigned inherited;

static int64_t looking_around(void *ctx) {
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        inherited += is_open(fd) && !known[fd] && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
    return time_scene_clock(ctx);
}

Test(timesync_query, opens_nothing_for_other_programs, .timeout = 3,
     .description = "UDP-TIME-038b: the clock looks at the open descriptors, IPv4 and IPv6") {
    static struct time_scene scene;
    static struct timesync_result result;
    for (size_t i = 0; i < 2; i++) {
        scene = time_scene_ordinary();
        struct responder *server = responder_start(families[i], give_the_time, &scene, 0);
        inherited = 0;
        for (int fd = 0; fd < DESCRIPTORS; fd++)
            known[fd] = is_open(fd);
        expect_int(timesync_query(&server->socket.at, looking_around, &scene, AN_HOUR, &result), 0,
                   "calling timesync_query");
        expect_int(inherited, 0, "the number of descriptors without FD_CLOEXEC that the clock saw");
        responder_stop(server);
        responder_free(server);
    }
}
