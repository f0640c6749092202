/* rules.c - rules for all three headers, where the functions of streams and of time have to keep them too. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <timeslice/stream.h>
#include <timeslice/timesync.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/net/ntp.h"
#include "support/net/pair.h"
#include "support/net/tcp_pair.h"
#include "support/process/kernel_view.h"

static struct tcp_pair pair; /* static, because another thread uses it too */

static void *say_when_awaited(void *unused) {
    (void)unused;
    await_waiting(getpid());
    require(send(pair.theirs, "late", 4, MSG_NOSIGNAL) == 4, "send on a connection");
    return NULL;
}

Test(stream_rules, wait_as_long_as_necessary, .timeout = 3,
     .description =
         "UDP-MSG-006 UDP-RULE-003g: a non-blocking connection, and four bytes that come once the call waits") {
    pthread_t thread;
    char buf[4];
    pair = tcp_open();
    set_nonblocking(pair.ours, true);
    require(pthread_create(&thread, NULL, say_when_awaited, NULL) == 0, "start a thread");
    expect_int(stream_read(pair.ours, buf, 4), 4, "calling stream_read on a non-blocking connection");
    pthread_join(thread, NULL);
    expect_bytes(buf, 4, "late", 4, "the bytes");
    tcp_close(&pair);
}

Test(stream_rules, need_no_pointer_to_nothing, .timeout = 3,
     .description = "UDP-MSG-008 UDP-RULE-005 UDP-RULE-005b: NULL for buf, with length 0") {
    pair = tcp_open();
    expect_int(stream_read(pair.ours, NULL, 0), 0, "calling stream_read with buf NULL");
    tcp_close(&pair);
}

static void *last_ctx;

static int64_t remember_ctx(void *ctx) {
    last_ctx = ctx;
    return 0;
}

Test(timesync_rules, need_no_pointer_to_nothing, .timeout = 3,
     .description = "UDP-TIME-025 UDP-RULE-005c UDP-RULE-005e: NULL for bytes, req, reply and from") {
    struct timesync_server server = {.clock = remember_ctx};
    struct timesync_packet packet;
    unsigned char request[NTP_BYTES] = {0x23}, reply[NTP_BYTES];
    expect_int(timesync_decode(&packet, NULL, 0), -1, "calling timesync_decode with bytes NULL");
    expect_int(timesync_answer(&server, NULL, 0, NULL, reply, NTP_BYTES), -1, "calling timesync_answer with req NULL");
    expect_int(timesync_answer(&server, request, NTP_BYTES, NULL, NULL, 0), -1,
               "calling timesync_answer with reply NULL");
    expect_int(timesync_answer(&server, request, NTP_BYTES, NULL, reply, NTP_BYTES), NTP_BYTES,
               "calling timesync_answer with from NULL");
}

Test(timesync_rules, pass_on_what_belongs_to_the_clock, .timeout = 3,
     .description = "UDP-TIME-023 UDP-RULE-005f: clock_ctx NULL and not NULL") {
    unsigned char request[NTP_BYTES] = {0x23}, reply[NTP_BYTES];
    struct timesync_server server = {.clock = remember_ctx};
    int something;
    last_ctx = &something;
    expect_int(timesync_answer(&server, request, NTP_BYTES, NULL, reply, NTP_BYTES), NTP_BYTES,
               "calling timesync_answer");
    expect_true(last_ctx == NULL, "the clock gets NULL");
    server.clock_ctx = &something;
    expect_int(timesync_answer(&server, request, NTP_BYTES, NULL, reply, NTP_BYTES), NTP_BYTES,
               "calling timesync_answer");
    expect_true(last_ctx == &something, "the clock gets its ctx");
}
