/* tripwire.c - calls the submission, then fails on purpose. A submission that passes here has changed the verdicts.
 *
 * The executor finds this test by its description. It is not a check and has no points. */
#include <timeslice/stream.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/net/peer.h"
#include "support/net/tcp_pair.h"

static ssize_t decline(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    (void)ctx, (void)req, (void)len, (void)from, (void)reply, (void)cap;
    return -1;
}

static int64_t stand_still(void *ctx) {
    (void)ctx;
    return 0;
}

/* One call of each function of area TIME. */
static void call_timesync(const struct udp_peer *deaf) {
    struct timesync_packet packet = {.version = 4, .mode = TIMESYNC_CLIENT};
    struct timesync_server server = {.clock = stand_still, .about = packet};
    struct timesync_result result;
    unsigned char request[TIMESYNC_PACKET_BYTES] = "", reply[TIMESYNC_PACKET_BYTES];
    char code[5];
    packet.transmit = timesync_stamp(timesync_moment(0));
    timesync_encode(&packet, request);
    timesync_decode(&packet, request, sizeof request);
    timesync_answer(&server, request, sizeof request, deaf, reply, sizeof reply);
    timesync_check(&packet, 0);
    timesync_kiss(&packet, code);
    timesync_query(deaf, stand_still, NULL, 1, &result);
    packet.transmit = (uint64_t)(timesync_offset(0, 1, 2, 3) + timesync_delay(0, 1, 2, 3));
}

/* One call of each function. The results do not matter. No call has a reason to wait. */
static void call_everything(void) {
    static const struct udp_call_options brief = {.attempts = 1, .timeout_ms = 1, .backoff = 1};
    struct peer socket = peer_open(AF_INET), deaf = peer_deaf(AF_INET);
    struct udp_peer peer = socket.at;
    char text[64];
    int stop[2], fd;
    udp_resolve(&peer, "127.0.0.1", 9000);
    udp_format(&socket.at, text, sizeof text);
    if ((fd = udp_bind("127.0.0.1", 0)) > STDERR_FILENO)
        close(fd);
    udp_local(socket.fd, &peer);
    udp_send(socket.fd, "hello", 5, &socket.at);
    udp_recv(socket.fd, text, sizeof text, &peer, 1);
    udp_call(&deaf.at, "hello", 5, text, sizeof text, &brief);
    call_timesync(&deaf.at);
    if (pipe(stop) == 0) {
        close(stop[1]); /* now stop_fd is hung up: udp_serve ends at once */
        udp_serve(socket.fd, decline, NULL, stop[0], NULL);
        close(stop[0]);
    }
    peer_close(&socket);
    peer_close(&deaf);
}

/* One call of each function of area CLOCK. */
static void call_clock(void) {
    struct timesync_local_clock clock = {0};
    const struct timesync_result answer = {.offset = 1};
    timesync_clock_init(&clock, stand_still, NULL, NULL);
    timesync_clock_sync(&clock, &answer);
    clock.spare[0] = timesync_clock_now(&clock) + timesync_clock_bound(&clock);
}

/* One call of each function for streams. */
static void call_stream_functions(void) {
    struct tcp_pair pair = tcp_open();
    char buf[8];
    size_t len;
    tcp_say(&pair, "x\0\0\0\1x", 6);
    tcp_finish(&pair);
    stream_read(pair.ours, buf, 1);
    stream_recv_frame(pair.ours, buf, sizeof buf, &len);
    stream_write(pair.ours, "hello", 5);
    stream_send_frame(pair.ours, "hello", 5);
    tcp_close(&pair);
}

Test(udp_tripwire, cannot_be_passed, .timeout = 3,
     .description = "TRIPWIRE: calls every function of the lab, then fails on purpose") {
    call_everything();
    call_clock();
    call_stream_functions();
    cr_assert_fail("this test fails on purpose");
}
