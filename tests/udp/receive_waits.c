/* receive_waits.c - udp_recv: how long it waits, and what ends the wait: datagrams, errors, signals, a lack of things.
 */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "support/core/caller_state.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/output.h"
#include "support/core/require.h"
#include "support/core/short_waits.h"
#include "support/core/stopwatch.h"
#include "support/faults/faults.h"
#include "support/faults/interruptions.h"
#include "support/faults/waits.h"
#include "support/net/pair.h"
#include "support/process/kernel_view.h"

/* For a sender that the test does not look at: "from" is NULL only in the tests of UDP-RX-012. */
static struct udp_peer anyone;

/* Longer than any watchdog. It is less than 2^31 microseconds, so that only the tests of long waits see an overflow. */
#define AGES (1800 * 1000)

static const int families[] = {AF_INET, AF_INET6};

/* What another thread does as soon as the test's own thread waits. It is static, because that thread uses it also after
 * the test has failed. */
static struct {
    struct pair pair;
    pthread_t thread;
    struct descriptor_set before;
    int for_programs; /* descriptors without FD_CLOEXEC that were new during the wait */
} now;

static void *send_when_awaited(void *unused) {
    (void)unused;
    await_waiting(getpid());
    now.for_programs = open_for_programs(&now.before);
    peer_send(&now.pair.from, "late", 4, &now.pair.to.at);
    return NULL;
}

/* A call that has to wait for its datagram. */
static void wait_for_datagram(int family, bool nonblocking, int timeout_ms) {
    char buf[8];
    now.pair = pair_open(family);
    set_nonblocking(now.pair.to.fd, nonblocking);
    now.before = descriptor_set();
    require(pthread_create(&now.thread, NULL, send_when_awaited, NULL) == 0, "start a thread");
    expect_int(udp_recv(now.pair.to.fd, buf, sizeof buf, &anyone, timeout_ms), 4,
               "calling udp_recv with timeout %d on a %s socket", timeout_ms,
               nonblocking ? "non-blocking" : "blocking");
    expect_bytes(buf, 4, "late", 4, "the datagram");
    pthread_join(now.thread, NULL);
    pair_close(&now.pair);
}

Test(udp_recv, waits_for_ever_at_every_negative_timeout, .timeout = 3,
     .description =
         "UDP-RX-009 UDP-RX-009a UDP-RULE-003: five negative timeouts, on blocking and non-blocking sockets of "
         "both families") {
    static const int timeouts[] = {-1, -2, -1000, -INT_MAX, INT_MIN};
    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        wait_for_datagram(families[i % 2], false, timeouts[i]);
        wait_for_datagram(families[(i + 1) % 2], true, timeouts[i]);
    }
}

/* In an int of 32 bits, these numbers of milliseconds are negative or 0 as nanoseconds or as microseconds. */
Test(udp_recv, waits_long_at_long_timeouts, .timeout = 3,
     .description =
         "UDP-RX-007 UDP-RX-007b UDP-RULE-003: seven timeouts from 2 seconds to INT_MAX, and a datagram that "
         "comes") {
    static const int timeouts[] = {2148, 4000, 2147484, 4294960, 67108864, 536870912, INT_MAX};
    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++)
        wait_for_datagram(families[i % 2], i % 3 == 1, timeouts[i]);
}

static bool receive_nothing(void *ctx, int timeout_ms) {
    const struct peer *to = ctx;
    struct udp_peer from;
    char buf[8];
    return udp_recv(to->fd, buf, sizeof buf, &from, timeout_ms) == -1 && errno == ETIMEDOUT;
}

Test(udp_recv, times_out_on_a_non_blocking_socket, .timeout = 3,
     .description = "UDP-RX-007 UDP-RX-007a UDP-RULE-003 UDP-RULE-003b: a wait of 20 ms, then thirty waits of 1 ms") {
    for (size_t i = 0; i < 2; i++) {
        struct peer to = peer_open(families[i]);
        char buf[8];
        set_nonblocking(to.fd, true);
        double start = stopwatch_ms();
        expect_error(udp_recv(to.fd, buf, sizeof buf, &anyone, 20), ETIMEDOUT,
                     "calling udp_recv with a timeout of 20 ms");
        expect_at_least(stopwatch_ms() - start, 20, "how long it waited");
        expect_short_waits(receive_nothing, &to, 1, 1);
        peer_close(&to);
    }
}

/* A wait of one millisecond would be a wait too. */
Test(
    udp_recv, makes_no_call_that_waits_at_timeout_0, .timeout = 3,
    .description =
        "UDP-RX-008 UDP-RX-008a UDP-RULE-003: counts the calls that could wait, on blocking and non-blocking sockets") {
    for (size_t i = 0; i < 4; i++) {
        struct peer to = peer_open(families[i % 2]);
        char buf[8];
        set_nonblocking(to.fd, i >= 2);
        unsigned before = waits_made();
        expect_error(udp_recv(to.fd, buf, sizeof buf, &anyone, 0), ETIMEDOUT, "calling udp_recv with timeout 0");
        expect_int(waits_made() - before, 0, "the number of calls that could wait");
        peer_close(&to);
    }
}

static void send_late(void *unused) {
    (void)unused;
    peer_send(&now.pair.from, "late", 4, &now.pair.to.at);
}

/* Signals come at short intervals, and after three of them a datagram. */
static void be_interrupted(int timeout_ms, bool restarting, bool nonblocking) {
    char buf[8];
    now.pair = pair_open(nonblocking ? AF_INET6 : AF_INET);
    set_nonblocking(now.pair.to.fd, nonblocking);
    if (restarting)
        interruptions_start_restarting(gettid(), 5);
    else
        interruptions_start(gettid(), 5);
    interruptions_then(3, send_late, NULL);
    expect_int(udp_recv(now.pair.to.fd, buf, sizeof buf, &anyone, timeout_ms), 4,
               "calling udp_recv with timeout %d, %s", timeout_ms,
               restarting ? "and handlers with SA_RESTART" : "and handlers without SA_RESTART");
    interruptions_stop();
    pair_close(&now.pair);
}

Test(udp_recv, goes_on_after_every_kind_of_signal, .timeout = 3,
     .description = "UDP-RX-010 UDP-RX-010a UDP-RX-010b UDP-RULE-002 UDP-RULE-002a UDP-RULE-002b: half an hour and "
                    "timeout -1, handlers with and without SA_RESTART") {
    be_interrupted(AGES, true, false);
    be_interrupted(AGES, false, true);
    be_interrupted(-1, true, false);
    be_interrupted(-1, false, false);
}

/* The kit interrupts the call at each place where it waits or receives. */
Test(udp_recv, goes_on_wherever_it_is_interrupted, .timeout = 3,
     .description = "UDP-RX-010 UDP-RULE-002: the first, second and third wait, and one to five receives, by the kit") {
    for (unsigned k = 1; k <= 3; k++) {
        struct peer to = peer_open(families[k % 2]);
        char buf[8];
        interrupt_waits(k, 2);
        double start = stopwatch_ms();
        expect_error(udp_recv(to.fd, buf, sizeof buf, &anyone, 5), ETIMEDOUT, "calling udp_recv, wait %u interrupted",
                     k);
        expect_at_least(stopwatch_ms() - start, 5, "how long it waited");
        interrupt_waits(1, 0);
        peer_send(&to, "hello", 5, &to.at);
        fail_calls(RECEIVING, 1, 2 * k - 1, EINTR);
        expect_int(udp_recv(to.fd, buf, sizeof buf, &anyone, AGES), 5, "calling udp_recv, %u receives interrupted",
                   2 * k - 1);
        fail_calls(RECEIVING, 1, 0, 0);
        peer_close(&to);
    }
}

Test(udp_recv, keeps_its_deadline_on_every_kind_of_socket, .timeout = 5,
     .description = "UDP-RX-011: waits of 60 ms with a signal every 5 ms, handlers with and without SA_RESTART") {
    for (unsigned i = 0; i < 4; i++) {
        struct peer to = peer_open(families[i % 2]);
        char buf[8];
        set_nonblocking(to.fd, i >= 2);
        if (i == 1 || i == 2)
            interruptions_start_restarting(gettid(), 5);
        else
            interruptions_start(gettid(), 5);
        expect_error(udp_recv(to.fd, buf, sizeof buf, &anyone, 60), ETIMEDOUT, "calling udp_recv, and signals come");
        interruptions_stop();
        peer_close(&to);
    }
}

Test(udp_recv, reports_every_errno, .timeout = 3,
     .description =
         "UDP-RX-014 UDP-RX-014a UDP-RULE-001 UDP-RULE-001b: five errors of a receive, then the datagram; three "
         "timeouts, blocking or not") {
    static const int errors[] = {ENOMEM, EIO, ENOBUFS, ECONNREFUSED, EHOSTUNREACH}, timeouts[] = {0, AGES, -1};
    for (size_t i = 0; i < 15; i++) {
        struct pair pair = pair_open(families[i % 2]);
        char buf[8];
        set_nonblocking(pair.to.fd, i % 2 == 0);
        pair_arrive(&pair, "hello", 5);
        fail_calls(RECEIVING, 1, 1, errors[i % 5]);
        expect_error(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, timeouts[i / 5]), errors[i % 5],
                     "timeout %d, and a receive fails with errno %d", timeouts[i / 5], errors[i % 5]);
        fail_calls(RECEIVING, 1, 0, 0);
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, timeouts[i / 5]), 5,
                   "the next call gets the datagram");
        pair_close(&pair);
    }
}

/* Some correct code measures a datagram first, and takes it by a second receive. */
Test(udp_recv, reports_an_error_of_a_later_receive, .timeout = 3,
     .description = "UDP-RX-014 UDP-RULE-001: the second or third receive fails, if there is one") {
    for (unsigned k = 2; k <= 3; k++) {
        struct pair pair = pair_open(families[k % 2]);
        char buf[8];
        pair_arrive(&pair, "hello", 5);
        fail_calls(RECEIVING, k, 1, EIO);
        errno = 0;
        ssize_t result = udp_recv(pair.to.fd, buf, sizeof buf, &anyone, AGES);
        int error = errno;
        fail_calls(RECEIVING, k, 0, 0);
        expect_true(result == 5 || (result == -1 && error == EIO),
                    "udp_recv returns 5, or -1 with EIO, if receive %u fails (it returned %zd, errno: %s)", k, result,
                    strerror(error));
        pair_close(&pair);
    }
}

Test(udp_recv, reports_a_refusal_on_every_kind_of_socket, .timeout = 3,
     .description = "UDP-RX-014 UDP-RX-014a UDP-RULE-003d: three timeouts, blocking or not, of both families; -1") {
    static const int timeouts[] = {0, AGES, -1};
    for (size_t i = 0; i < 12; i++) {
        struct peer refused = peer_refused(families[i % 2]);
        char buf[8];
        set_nonblocking(refused.fd, i % 4 >= 2);
        expect_error(udp_recv(refused.fd, buf, sizeof buf, &anyone, timeouts[i / 4]), ECONNREFUSED,
                     "calling udp_recv with timeout %d after a refusal", timeouts[i / 4]);
        expect_error(udp_recv(-1, buf, sizeof buf, &anyone, timeouts[i / 4]), EBADF, "calling udp_recv on -1");
        peer_close(&refused);
    }
}

/* The other end sends a datagram. Then it connects to itself, so it refuses what the first socket sends. */
Test(udp_recv, reports_an_error_before_a_datagram, .timeout = 3,
     .description = "UDP-RX-014b: a socket with a datagram and a refusal, of both families, at three timeouts") {
    static const int timeouts[] = {0, AGES, -1};
    for (size_t i = 0; i < 6; i++) {
        struct pair pair = pair_open(families[i % 2]);
        char buf[8];
        peer_connect(&pair.to, &pair.from.at);
        pair_arrive(&pair, "hello", 5);
        peer_connect(&pair.from, &pair.from.at);
        require(send(pair.to.fd, "x", 1, 0) == 1, "send a datagram");
        peer_settle();
        expect_error(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, timeouts[i / 2]), ECONNREFUSED,
                     "the first call, with timeout %d", timeouts[i / 2]);
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, timeouts[i / 2]), 5,
                   "the next call gets the datagram");
        pair_close(&pair);
    }
}

static void *be_refused_when_awaited(void *unused) {
    (void)unused;
    await_waiting(getpid());
    require(send(now.pair.to.fd, "x", 1, 0) == 1, "send a datagram");
    return NULL;
}

Test(udp_recv, reports_an_error_that_comes_later, .timeout = 3,
     .description = "UDP-RX-014 UDP-RX-014c: a refusal while the call waits for half an hour, blocking or not") {
    for (size_t i = 0; i < 4; i++) {
        struct peer deaf = peer_deaf(families[i % 2]);
        char buf[8];
        now.pair.to = peer_open(families[i % 2]);
        peer_connect(&now.pair.to, &deaf.at);
        set_nonblocking(now.pair.to.fd, i >= 2);
        require(pthread_create(&now.thread, NULL, be_refused_when_awaited, NULL) == 0, "start a thread");
        expect_error(udp_recv(now.pair.to.fd, buf, sizeof buf, &anyone, AGES), ECONNREFUSED,
                     "calling udp_recv, and a refusal comes");
        pthread_join(now.thread, NULL);
        peer_close(&now.pair.to);
        peer_close(&deaf);
    }
}

/* Code that does not wait by poll or select times out. */
Test(udp_recv, reports_a_wait_that_fails, .timeout = 3,
     .description = "UDP-RX-014 UDP-RULE-001f: a poll or select without memory") {
    struct peer to = peer_open(AF_INET);
    char buf[8];
    fail_waits(1, ENOMEM);
    errno = 0;
    ssize_t result = udp_recv(to.fd, buf, sizeof buf, &anyone, 1);
    int error = errno, expected = waits_failed() > 0 ? ENOMEM : ETIMEDOUT;
    fail_waits(0, 0);
    expect_int(result, -1, "calling udp_recv, whose wait fails with ENOMEM");
    expect_int(error, expected, "its errno");
    peer_close(&to);
}

/* Code that needs a descriptor of its own fails with EMFILE. Otherwise the call ends as with descriptors. */
static void receive_without_descriptors(int fd, int timeout_ms, int otherwise) {
    char buf[8];
    int before = open_descriptors();
    allow_descriptors(0);
    errno = 0;
    ssize_t result = udp_recv(fd, buf, sizeof buf, &anyone, timeout_ms);
    int error = errno;
    allow_all_descriptors();
    step("udp_recv returned %zd, and errno is %d", result, error);
    expect_true(result >= 0 ? otherwise == 0 : error == EMFILE || error == otherwise,
                "udp_recv works without a descriptor of its own, or it fails with EMFILE");
    expect_int(open_descriptors(), before, "the number of open descriptors");
}

Test(udp_recv, survives_a_lack_of_descriptors, .timeout = 3,
     .description = "UDP-RX-016 UDP-RULE-001f UDP-RULE-001g: no descriptor is left, for a timeout and for a datagram") {
    struct pair pair = pair_open(AF_INET);
    char buf[8];
    expect_true(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, 1) != -1 || errno != ENOSYS, "udp_recv is written");
    receive_without_descriptors(pair.to.fd, 1, errno);
    pair_arrive(&pair, "hello", 5);
    receive_without_descriptors(pair.to.fd, AGES, 0);
    pair_close(&pair);
}

Test(udp_recv, opens_nothing_for_other_programs, .timeout = 3,
     .description = "UDP-RX-016 UDP-RULE-004 UDP-RULE-004a: the descriptors that are new while a call waits") {
    wait_for_datagram(AF_INET, false, AGES);
    expect_int(now.for_programs, 0, "the number of new descriptors without FD_CLOEXEC");
}

Test(udp_recv, leaves_the_process_as_it_was, .timeout = 3,
     .description = "UDP-RX-016 UDP-RULE-001d UDP-RULE-001e UDP-RULE-003h UDP-RULE-003i UDP-RULE-008: signals, flags, "
                    "descriptors and "
                    "output, after a datagram, two timeouts and an error") {
    mark_signals();
    for (size_t i = 0; i < 4; i++) {
        struct pair pair = pair_open(families[i % 2]);
        char buf[8];
        set_nonblocking(pair.to.fd, i >= 2);
        struct caller_state before = caller_state(pair.to.fd);
        pair_arrive(&pair, "hello", 5);
        expect_int(udp_recv(pair.to.fd, buf, sizeof buf, &anyone, AGES), 5, "calling udp_recv for a datagram");
        expect_unchanged(&before, "udp_recv, which got a datagram");
        output_start();
        udp_recv(pair.to.fd, buf, sizeof buf, &anyone, 1);
        udp_recv(pair.to.fd, buf, sizeof buf, &anyone, 2);
        udp_recv(-1, buf, sizeof buf, &anyone, 2);
        expect_int(output_stop(), 0, "the number of bytes that three failing calls print");
        expect_unchanged(&before, "udp_recv, which timed out");
        pair_close(&pair);
    }
}
