/* fault_scenes.c - the scenes. They use what the first call did, or did not do, to judge the second call. */
#include "fault_scenes.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "support/core/caller_state.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/sweep.h"
#include "support/net/pair.h"
#include "support/net/queued_service.h"
#include "support/net/responder.h"
#include "support/net/tcp_pair.h"
#include "support/net/time_scene.h"
#include "support/process/kernel_view.h"

/* Says what a call gave, and whether it is what was expected. Leaves errno as it is. */
static bool gave(long long got, long long expected) {
    int error = errno;
    if (got == -1)
        step("it failed with %s", error_name(error));
    else
        step("it returned %lld", got);
    errno = error;
    return got == expected;
}

/* Makes the call and says whether it gives this number. Leaves the errno of the call. */
#define gives(call, expected) (step("%s", #call), errno = 0, gave((call), (expected)))

/* The same for a call that has to fail with an error. */
#define gives_error(call, error) (gives(call, -1) && errno == (error))

static struct caller_state state_before(int fd) {
    mark_signals();
    return caller_state(fd);
}

void scene_of_names(void) {
    struct caller_state before = state_before(-1);
    struct udp_peer peer, expected = peer_address(AF_INET, 9000);
    char text[32] = "";
    bool works = gives(udp_resolve(&peer, "127.0.0.1", 9000), 0);
    if (works)
        works = gives(udp_format(&peer, text, sizeof text), 14);
    expect_works_or_short(works, "udp_resolve or udp_format");
    expect_unchanged(&before, "udp_resolve and udp_format");
    expect_int(udp_resolve(&peer, "127.0.0.1", 9000), 0, "calling udp_resolve when there is enough");
    expect_peer(&peer, &expected, "the address");
    expect_int(udp_format(&peer, text, sizeof text), 14, "calling udp_format when there is enough");
    expect_text(text, "127.0.0.1:9000", "the text");
}

void scene_of_sockets(void) {
    struct caller_state before = state_before(-1);
    struct udp_peer self;
    int fd;
    bool works = !gives(fd = udp_bind("127.0.0.1", 0), -1) && gives(udp_local(fd, &self), 0);
    expect_works_or_short(works, "udp_bind or udp_local");
    if (fd >= 0)
        close(fd);
    expect_unchanged(&before, "udp_bind and udp_local");
    expect_success(fd = udp_bind("127.0.0.1", 0), "calling udp_bind when there is enough");
    expect_int(udp_local(fd, &self), 0, "calling udp_local when there is enough");
    close(fd);
}

void scene_of_sending(void) {
    struct pair pair = pair_open(AF_INET);
    struct caller_state before = state_before(pair.from.fd);
    bool works = gives(udp_send(pair.from.fd, "hello", 5, &pair.to.at), 5);
    expect_works_or_short(works, "udp_send");
    expect_unchanged(&before, "udp_send");
    expect_int(peer_drain(&pair.to), works, "the number of datagrams that were sent");
    expect_int(udp_send(pair.from.fd, "again", 5, &pair.to.at), 5, "calling udp_send when there is enough");
    expect_arrival(&pair.to, "again", 5);
    pair_close(&pair);
}

void scene_of_receiving(int timeout_ms) {
    struct pair pair = pair_open(AF_INET);
    char buf[16];
    struct udp_peer from;
    pair_arrive(&pair, "first", 5);
    pair_arrive(&pair, "second", 6);
    struct caller_state before = state_before(pair.to.fd);
    bool works = gives(udp_recv(pair.to.fd, buf, sizeof buf, &from, timeout_ms), 5);
    expect_works_or_short(works, "udp_recv with timeout_ms %d", timeout_ms);
    expect_unchanged(&before, "udp_recv");
    const char *next = works ? "second" : "first";
    expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &from, timeout_ms), strlen(next),
               "calling udp_recv when there is enough");
    expect_bytes(buf, strlen(next), next, strlen(next), "the next datagram");
    pair_close(&pair);
}

void scene_of_timing_out(void) {
    struct pair pair = pair_open(AF_INET);
    char buf[16];
    struct caller_state before = state_before(pair.to.fd);
    bool works = gives_error(udp_recv(pair.to.fd, buf, sizeof buf, NULL, 1), ETIMEDOUT);
    expect_works_or_short(works, "udp_recv without a datagram");
    expect_unchanged(&before, "udp_recv");
    expect_error(udp_recv(pair.to.fd, buf, sizeof buf, NULL, 1), ETIMEDOUT, "calling udp_recv when there is enough");
    pair_close(&pair);
}

/* A loop may count a request as failed and go on. So there are more requests than one, and any of them stops it. */
void scene_of_serving(void) {
    struct queued_service service = queued_open(AF_INET, false);
    for (int i = 0; i < 3; i++)
        queued_ask(&service, "hello");
    struct caller_state before = state_before(service.socket.fd);
    service.last = 1;
    bool works = gives(queued_serve_until(&service, service.stop[0], NULL), 0);
    expect_works_or_short(works, "udp_serve");
    expect_unchanged(&before, "udp_serve");
    service.last = 0;
    queued_ask(&service, "again");
    expect_int(queued_serve(&service, NULL), 0, "calling udp_serve when there is enough");
    expect_int(service.stats.replied, service.calls, "the number of replies to the requests that were left");
    queued_close(&service);
}

static const struct udp_call_options patient = {.attempts = 1, .timeout_ms = AN_HOUR, .backoff = 1};

void scene_of_asking(void) {
    struct responder *server = responder_start(AF_INET, responder_echo, NULL, 0);
    char reply[16];
    struct caller_state before = state_before(-1);
    bool works = gives(udp_call(&server->socket.at, "hello", 5, reply, sizeof reply, &patient), 5);
    expect_works_or_short(works, "udp_call");
    expect_unchanged(&before, "udp_call");
    expect_int(udp_call(&server->socket.at, "again", 5, reply, sizeof reply, &patient), 5,
               "calling udp_call when there is enough");
    expect_bytes(reply, 5, "again", 5, "the reply");
    responder_stop(server);
    responder_free(server);
}

void scene_of_asking_for_the_time(void) {
    static struct time_scene scene;
    struct timesync_result result;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, give_the_time, &scene, 0);
    struct caller_state before = state_before(-1);
    bool works = gives(timesync_query(&server->socket.at, time_scene_clock, &scene, AN_HOUR, &result), 0);
    expect_works_or_short(works, "timesync_query");
    expect_unchanged(&before, "timesync_query");
    expect_int(timesync_query(&server->socket.at, time_scene_clock, &scene, AN_HOUR, &result), 0,
               "calling timesync_query when there is enough");
    expect_int(result.moment, NEW_YEAR + 1500 * NS_PER_MS, "the server's time");
    responder_stop(server);
    responder_free(server);
}

void scene_of_reading(void) {
    struct tcp_pair pair = tcp_open();
    char buf[8] = "";
    tcp_say(&pair, "firstagain", 10);
    tcp_finish(&pair);
    struct caller_state before = state_before(pair.ours);
    bool works = gives(stream_read(pair.ours, buf, 5), 5);
    expect_works_or_short(works, "stream_read");
    expect_unchanged(&before, "stream_read");
    expect_int(stream_read(pair.ours, buf, 5), 5, "calling stream_read when there is enough");
    expect_bytes(buf, 5, works ? "again" : "first", 5, "the next bytes");
    tcp_close(&pair);
}

static struct tcp_pair late; /* static, because another thread uses it too */

static void *say_when_awaited(void *unused) {
    (void)unused;
    await_waiting(getpid());
    require(send(late.theirs, "first", 5, MSG_NOSIGNAL) == 5, "send on a connection");
    return NULL;
}

void scene_of_reading_late(void) {
    pthread_t thread;
    char buf[8] = "";
    late = tcp_open();
    set_nonblocking(late.ours, true);
    struct caller_state before = state_before(late.ours);
    require(pthread_create(&thread, NULL, say_when_awaited, NULL) == 0, "start a thread");
    bool works = gives(stream_read(late.ours, buf, 5), 5);
    expect_works_or_short(works, "stream_read of a non-blocking connection");
    if (!works)
        expect_int(stream_read(late.ours, buf, 5), 5, "calling stream_read when there is enough");
    pthread_join(thread, NULL);
    expect_unchanged(&before, "stream_read");
    expect_bytes(buf, 5, "first", 5, "the bytes");
    tcp_close(&late);
}

/* Everything that came out must be these bytes, once for each call that worked. */
static void expect_output(struct tcp_pair *pair, bool first_works, const char *bytes, size_t len) {
    char expected[64], got[64];
    size_t times = first_works ? 2 : 1;
    for (size_t i = 0; i < times; i++)
        memcpy(expected + i * len, bytes, len);
    close(pair->ours);
    pair->ours = -1;
    size_t got_len = tcp_hear(pair->theirs, got, sizeof got);
    expect_bytes(got, got_len, expected, times * len, "the bytes at the other end, with a first call that %s",
                 first_works ? "worked" : "failed");
    tcp_close(pair);
}

void scene_of_writing(void) {
    struct tcp_pair pair = tcp_open();
    struct caller_state before = state_before(pair.ours);
    bool works = gives(stream_write(pair.ours, "hello", 5), 0);
    expect_works_or_short(works, "stream_write");
    expect_unchanged(&before, "stream_write");
    expect_int(stream_write(pair.ours, "hello", 5), 0, "calling stream_write when there is enough");
    expect_output(&pair, works, "hello", 5);
}

void scene_of_sending_a_frame(void) {
    struct tcp_pair pair = tcp_open();
    struct caller_state before = state_before(pair.ours);
    bool works = gives(stream_send_frame(pair.ours, "hello", 5), 0);
    expect_works_or_short(works, "stream_send_frame");
    expect_unchanged(&before, "stream_send_frame");
    expect_int(stream_send_frame(pair.ours, "hello", 5), 0, "calling stream_send_frame when there is enough");
    expect_output(&pair, works, "\0\0\0\5hello", 9);
}

void scene_of_receiving_a_frame(void) {
    static const char frames[] = "\0\0\0\5first\0\0\0\5again";
    struct tcp_pair pair = tcp_open();
    char buf[8] = "";
    size_t len = 0;
    tcp_say(&pair, frames, sizeof frames - 1);
    tcp_finish(&pair);
    struct caller_state before = state_before(pair.ours);
    bool works = gives(stream_recv_frame(pair.ours, buf, sizeof buf, &len), 1);
    expect_works_or_short(works, "stream_recv_frame");
    expect_unchanged(&before, "stream_recv_frame");
    expect_int(stream_recv_frame(pair.ours, buf, sizeof buf, &len), 1,
               "calling stream_recv_frame when there is enough");
    expect_bytes(buf, len, works ? "again" : "first", 5, "the next frame");
    tcp_close(&pair);
}

void scene_of_skipping_a_frame(void) {
    static const char frames[] = "\0\0\0\011too long!\0\0\0\5after";
    struct tcp_pair pair = tcp_open();
    char buf[5];
    size_t len = 0;
    tcp_say(&pair, frames, sizeof frames - 1);
    tcp_finish(&pair);
    struct caller_state before = state_before(pair.ours);
    bool works = gives_error(stream_recv_frame(pair.ours, buf, sizeof buf, &len), EMSGSIZE);
    expect_works_or_short(works, "stream_recv_frame with a frame that is too long");
    expect_unchanged(&before, "stream_recv_frame");
    if (!works)
        expect_error(stream_recv_frame(pair.ours, buf, sizeof buf, &len), EMSGSIZE,
                     "calling stream_recv_frame when there is enough");
    expect_int(len, 9, "the length of the frame that is too long");
    expect_int(stream_recv_frame(pair.ours, buf, sizeof buf, &len), 1, "calling stream_recv_frame for the next frame");
    expect_bytes(buf, len, "after", 5, "the next frame");
    tcp_close(&pair);
}
