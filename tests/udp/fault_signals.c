/* fault_signals.c - a signal ends one call of a function: the first one, then the second one, and so on. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/stopwatch.h"
#include "support/faults/sweep.h"
#include "support/net/pair.h"
#include "support/net/queued_service.h"
#include "support/net/responder.h"
#include "support/net/tcp_pair.h"
#include "support/net/time_scene.h"
#include "support/process/kernel_view.h"

/* Another thread acts once the caller of late_start waits. */
static pthread_t late_thread;
static void (*late_action)(void);

static void *act_when_awaited(void *unused) {
    (void)unused;
    await_waiting(getpid());
    late_action();
    return NULL;
}

static void late_start(void (*action)(void)) {
    late_action = action;
    require(pthread_create(&late_thread, NULL, act_when_awaited, NULL) == 0, "start a thread");
}

/* Static, because the other thread uses them too. */
static struct pair datagrams;
static struct tcp_pair stream;

Test(udp_fault, sends_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-RULE-002: two calls of udp_send, and an empty datagram") {
    struct pair pair = pair_open(AF_INET);
    expect_int(udp_send(pair.from.fd, "first", 5, &pair.to.at), 5, "calling udp_send");
    expect_int(udp_send(pair.from.fd, "", 0, &pair.to.at), 0, "calling udp_send with an empty datagram");
    expect_int(udp_send(pair.from.fd, "third", 5, &pair.to.at), 5, "calling udp_send again");
    expect_arrival(&pair.to, "first", 5);
    expect_arrival(&pair.to, "", 0);
    expect_arrival(&pair.to, "third", 5);
    expect_int(peer_drain(&pair.to), 0, "the number of other datagrams");
    pair_close(&pair);
}

static void expect_received(const struct pair *pair, const char *data, int timeout_ms) {
    char buf[16];
    struct udp_peer from;
    memset(&from, 0xa5, sizeof from);
    expect_int(udp_recv(pair->to.fd, buf, sizeof buf, &from, timeout_ms), (int)strlen(data),
               "calling udp_recv with timeout_ms %d", timeout_ms);
    expect_bytes(buf, strlen(data), data, strlen(data), "the bytes");
    expect_peer(&from, &pair->from.at, "the sender");
}

Test(udp_fault, takes_what_is_there_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: four datagrams and udp_recv with four timeouts") {
    struct pair pair = pair_open(AF_INET6);
    pair_arrive(&pair, "first", 5);
    pair_arrive(&pair, "", 0);
    pair_arrive(&pair, "third", 5);
    pair_arrive(&pair, "the last", 8);
    expect_received(&pair, "first", -1);
    expect_received(&pair, "", AN_HOUR);
    expect_received(&pair, "third", 1);
    expect_received(&pair, "the last", 0);
    expect_int(peer_drain(&pair.to), 0, "the number of other datagrams");
    pair_close(&pair);
}

static void send_late(void) {
    peer_send(&datagrams.from, "late", 4, &datagrams.to.at);
}

Test(udp_fault, waits_for_a_datagram_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001b UDP-RULE-002: udp_recv waits for two datagrams, for ever and an hour") {
    static const int timeouts[] = {-1, AN_HOUR};
    for (size_t i = 0; i < 2; i++) {
        datagrams = pair_open(AF_INET);
        late_start(send_late);
        expect_received(&datagrams, "late", timeouts[i]);
        pthread_join(late_thread, NULL);
        pair_close(&datagrams);
    }
}

Test(udp_fault, times_out_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001c UDP-RULE-002: udp_recv with 2 ms, and no datagram") {
    struct pair pair = pair_open(AF_INET);
    char buf[16];
    double start = stopwatch_ms();
    expect_error(udp_recv(pair.to.fd, buf, sizeof buf, NULL, 2), ETIMEDOUT, "calling udp_recv with timeout_ms 2");
    expect_at_least(stopwatch_ms() - start, 2, "how long udp_recv waited");
    pair_close(&pair);
}

Test(udp_fault, serves_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: udp_serve, three requests, and the stop") {
    struct queued_service service = queued_open(AF_INET, false);
    queued_ask(&service, "first");
    queued_ask(&service, "second");
    queued_ask(&service, "third");
    expect_int(queued_serve(&service, NULL), 0, "calling udp_serve");
    expect_int(service.calls, 3, "the number of calls of the handler");
    expect_int(service.stats.received, 3, "the number of received requests");
    expect_int(service.stats.replied, 3, "the number of replies in the statistics");
    expect_int(service.stats.failed + service.stats.declined + service.stats.oversized, 0, "the number of others");
    expect_arrival(&service.client, "first", 5);
    expect_arrival(&service.client, "second", 6);
    expect_arrival(&service.client, "third", 5);
    expect_int(peer_drain(&service.client), 0, "the number of other replies");
    queued_close(&service);
}

Test(udp_fault, asks_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: udp_call with an hour's timeout") {
    static const struct udp_call_options patient = {.attempts = 3, .timeout_ms = AN_HOUR, .backoff = 1};
    struct responder *server = responder_start(AF_INET, responder_echo, NULL, 0);
    char reply[16];
    expect_int(udp_call(&server->socket.at, "hello", 5, reply, sizeof reply, &patient), 5, "calling udp_call");
    expect_bytes(reply, 5, "hello", 5, "the reply");
    responder_stop(server);
    expect_int(server->count, 1, "the number of requests");
    responder_free(server);
}

Test(udp_fault, makes_all_attempts_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001c UDP-RULE-002: udp_call of a silent server, attempts of 1 and 2 ms") {
    static const struct udp_call_options brief = {.attempts = 2, .timeout_ms = 1, .backoff = 2};
    struct peer silent = peer_open(AF_INET);
    char reply[16];
    double start = stopwatch_ms();
    expect_error(udp_call(&silent.at, "hello", 5, reply, sizeof reply, &brief), ETIMEDOUT, "calling udp_call");
    expect_at_least(stopwatch_ms() - start, 3, "how long udp_call waited");
    expect_int(peer_drain(&silent), 2, "the number of requests");
    peer_close(&silent);
}

Test(udp_fault, learns_the_time_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: timesync_query with an hour's timeout") {
    static struct time_scene scene;
    struct timesync_result result;
    scene = time_scene_ordinary();
    struct responder *server = responder_start(AF_INET, give_the_time, &scene, 0);
    expect_int(timesync_query(&server->socket.at, time_scene_clock, &scene, AN_HOUR, &result), 0,
               "calling timesync_query");
    expect_int(result.offset, 750 * NS_PER_MS, "the offset");
    expect_int(result.delay, 1000 * NS_PER_MS, "the delay");
    responder_stop(server);
    expect_int(server->count, 1, "the number of requests");
    responder_free(server);
}

Test(udp_fault, waits_for_the_time_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001c UDP-RULE-002: timesync_query of a silent server, 2 ms") {
    static struct time_scene scene;
    struct timesync_result result;
    scene = time_scene_ordinary();
    struct peer silent = peer_open(AF_INET);
    double start = stopwatch_ms();
    expect_error(timesync_query(&silent.at, time_scene_clock, &scene, 2, &result), ETIMEDOUT, "calling timesync_query");
    expect_at_least(stopwatch_ms() - start, 2, "how long timesync_query waited");
    expect_int(peer_drain(&silent), 1, "the number of requests");
    peer_close(&silent);
}

static void say_the_rest(void) {
    require(send(stream.theirs, "llo", 3, MSG_NOSIGNAL) == 3, "send on a connection");
    require(shutdown(stream.theirs, SHUT_WR) == 0, "end a stream");
}

/* The second half comes only while the function waits for it. */
static void expect_read_in_two(bool nonblocking) {
    char buf[8] = "";
    stream = tcp_open();
    set_nonblocking(stream.ours, nonblocking);
    tcp_say(&stream, "he", 2);
    late_start(say_the_rest);
    expect_int(stream_read(stream.ours, buf, 5), 5, "calling stream_read");
    pthread_join(late_thread, NULL);
    expect_bytes(buf, 5, "hello", 5, "the bytes");
    tcp_close(&stream);
}

Test(udp_fault, reads_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-RULE-002: stream_read, and bytes in two pieces, in both modes") {
    expect_read_in_two(false);
    expect_read_in_two(true);
}

enum { A_PAGE = 4096, LONG_WRITE = A_PAGE + 1000 };
static unsigned char heard[2 * LONG_WRITE];
static size_t heard_len;

static void take_all(void) {
    heard_len = tcp_hear(stream.theirs, heard, sizeof heard);
}

/* The pipe holds one page. The other end takes the bytes only while the function waits for room. */
static void expect_written_in_two(bool nonblocking) {
    static unsigned char data[LONG_WRITE];
    int ends[2];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(i % 251);
    require(pipe2(ends, O_CLOEXEC) == 0 && fcntl(ends[1], F_SETPIPE_SZ, A_PAGE) == A_PAGE, "open a short pipe");
    stream = (struct tcp_pair){.ours = ends[1], .theirs = ends[0]};
    set_nonblocking(stream.ours, nonblocking);
    late_start(take_all);
    expect_int(stream_write(stream.ours, data, sizeof data), 0, "calling stream_write");
    close(stream.ours);
    stream.ours = -1;
    pthread_join(late_thread, NULL);
    expect_bytes(heard, heard_len, data, sizeof data, "the bytes at the other end");
    tcp_close(&stream);
}

Test(udp_fault, writes_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description =
         "UDP-FAULT-001 UDP-FAULT-001a UDP-RULE-002: stream_write of more than a pipe can hold, in both modes") {
    expect_written_in_two(false);
    expect_written_in_two(true);
}

Test(udp_fault, sends_frames_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-RULE-002: stream_send_frame, with 5 bytes and with none") {
    static const char frames[] = "\0\0\0\5hello\0\0\0\0";
    unsigned char bytes[32];
    struct tcp_pair pair = tcp_open();
    expect_int(stream_send_frame(pair.ours, "hello", 5), 0, "calling stream_send_frame with 5 bytes");
    expect_int(stream_send_frame(pair.ours, NULL, 0), 0, "calling stream_send_frame with no bytes");
    close(pair.ours);
    pair.ours = -1;
    size_t len = tcp_hear(pair.theirs, bytes, sizeof bytes);
    expect_bytes(bytes, len, frames, sizeof frames - 1, "the bytes at the other end");
    tcp_close(&pair);
}

Test(udp_fault, receives_frames_in_spite_of_a_signal, .timeout = 3, .data = SWEEP(SWEEP_EINTR),
     .description = "UDP-FAULT-001 UDP-FAULT-001a UDP-FAULT-001b UDP-RULE-002: stream_recv_frame, with a frame that "
                    "fits, one that is too long, an empty one, and the end") {
    static const char frames[] = "\0\0\0\5hello\0\0\0\011too long!\0\0\0\0";
    char buf[5];
    size_t len = 99;
    struct tcp_pair pair = tcp_open();
    tcp_say(&pair, frames, sizeof frames - 1);
    tcp_finish(&pair);
    expect_int(stream_recv_frame(pair.ours, buf, 5, &len), 1, "calling stream_recv_frame");
    expect_bytes(buf, len, "hello", 5, "the frame");
    expect_error(stream_recv_frame(pair.ours, buf, 5, &len), EMSGSIZE,
                 "calling stream_recv_frame with 5 bytes of room");
    expect_int(len, 9, "the length of the frame that is too long");
    expect_int(stream_recv_frame(pair.ours, buf, 5, &len), 1, "calling stream_recv_frame for an empty frame");
    expect_int(len, 0, "the length of the empty frame");
    expect_int(stream_recv_frame(pair.ours, buf, 5, &len), 0, "calling stream_recv_frame at the end");
    tcp_close(&pair);
}
