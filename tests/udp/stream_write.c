/* stream_write.c - stream_write: all bytes, also with interruptions, and what happens when nobody reads any more. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/faults/interruptions.h"
#include "support/faults/partial_io.h"
#include "support/net/tcp_pair.h"

enum { MANY = 1000 };

static unsigned char *random_bytes(size_t len) {
    struct dice dice = dice_for("payload");
    unsigned char *bytes = malloc(len);
    require(bytes != NULL, "find memory");
    dice_fill(&dice, bytes, len);
    return bytes;
}

/* Closes our end. All that the other end receives must be these bytes. */
static void expect_heard(struct tcp_pair *pair, const void *data, size_t len) {
    unsigned char *heard = malloc(len + 1);
    require(heard != NULL, "find memory");
    require(shutdown(pair->ours, SHUT_WR) == 0, "shut a socket down");
    size_t heard_len = tcp_hear(pair->theirs, heard, len + 1);
    expect_bytes(heard, heard_len, data, len, "what the other end receives");
    free(heard);
}

/* stream_write of MANY bytes on a descriptor that takes a few bytes at a time and is interrupted. */
static void expect_rough_passage(unsigned most, unsigned interrupt, const char *what) {
    struct tcp_pair pair = tcp_open();
    unsigned char *data = random_bytes(MANY);
    partial_io_start(pair.ours, (struct partial_io){.most = most, .interrupt = interrupt, .waiting = -1});
    int result = stream_write(pair.ours, data, MANY), error = errno;
    partial_io_stop();
    expect_int((errno = error, result), 0, "%s", what);
    expect_heard(&pair, data, MANY);
    free(data);
    tcp_close(&pair);
}

Test(stream_write, writes_everything, .timeout = 3,
     .description = "UDP-MSG-009: 1000 random bytes that go in 1 to 40 at a time") {
    expect_rough_passage(40, 0, "calling stream_write with 1000 bytes that go in a few at a time");
}

/* Writes more than the connection holds. The other end waits for the cue before it begins to read. */
static void expect_long_passage(struct tcp_pair *pair, int cue, const char *what) {
    unsigned char *data = random_bytes(TCP_PAIR_HOLDS);
    static struct tcp_partner partner;
    tcp_partner_hears(&partner, pair->theirs, cue, TCP_PAIR_HOLDS + 1);
    partial_io_start(pair->ours, (struct partial_io){.events = POLLOUT, .waiting = cue});
    int result = stream_write(pair->ours, data, TCP_PAIR_HOLDS), error = errno;
    struct partial_io_counts counts = partial_io_stop();
    expect_success((errno = error, result), "%s", what);
    require(shutdown(pair->ours, SHUT_WR) == 0, "shut a socket down");
    tcp_partner_join(&partner);
    expect_bytes(partner.bytes, partner.len, data, TCP_PAIR_HOLDS, "what the other end receives");
    expect_true(counts.refused <= 2 * counts.waits, "stream_write waits after EAGAIN, with poll, select or epoll");
    tcp_partner_free(&partner);
    free(data);
}

Test(stream_write, goes_on_after_a_signal, .timeout = 3,
     .description = "UDP-MSG-010: many calls that fail with EINTR, then real signals during a wait") {
    expect_rough_passage(40, 40, "calling stream_write with 1000 bytes and many interruptions");
    struct tcp_pair pair = tcp_open();
    unsigned char *data = random_bytes(TCP_PAIR_HOLDS);
    static struct tcp_partner partner;
    interruptions_start(gettid(), 5); /* real signals; the other end begins to read after the first one */
    tcp_partner_hears(&partner, pair.theirs, interruptions_fd(), TCP_PAIR_HOLDS);
    expect_success(stream_write(pair.ours, data, TCP_PAIR_HOLDS),
                   "calling stream_write, which is interrupted while it waits");
    tcp_partner_join(&partner);
    interruptions_stop();
    expect_bytes(partner.bytes, partner.len, data, TCP_PAIR_HOLDS, "what the other end receives");
    tcp_partner_free(&partner);
    free(data);
    tcp_close(&pair);
}

Test(stream_write, waits_on_a_non_blocking_descriptor, .timeout = 3,
     .description = "UDP-MSG-011: more bytes than a non-blocking connection holds") {
    struct tcp_pair pair = tcp_open();
    int waiting = eventfd(0, EFD_CLOEXEC);
    require(waiting != -1, "make an eventfd");
    require(fcntl(pair.ours, F_SETFL, O_NONBLOCK) == 0, "make a descriptor non-blocking");
    expect_long_passage(&pair, waiting, "calling stream_write with more bytes than the connection holds");
    expect_true(fcntl(pair.ours, F_GETFL) & O_NONBLOCK, "the descriptor is still non-blocking");
    close(waiting);
    tcp_close(&pair);
}

/* A connection whose other end is gone, in a thread where SIGPIPE would end the process. */
static struct tcp_pair dead_pair(void) {
    struct tcp_pair pair = tcp_open();
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    require(signal(SIGPIPE, SIG_DFL) != SIG_ERR, "set a signal's handler");
    require(pthread_sigmask(SIG_UNBLOCK, &pipes, NULL) == 0, "unblock a signal");
    tcp_die(&pair);
    return pair;
}

Test(stream_write, survives_a_dead_peer, .timeout = 3,
     .description = "UDP-MSG-012: stream_write, twice, to a peer that is gone") {
    struct tcp_pair pair = dead_pair();
    expect_error(stream_write(pair.ours, "hello", 5), EPIPE, "calling stream_write to a peer that is gone");
    expect_error(stream_write(pair.ours, "hello", 5), EPIPE, "calling stream_write, once more");
    tcp_close(&pair);
}

Test(stream_write, sends_a_dead_peer_no_frame, .timeout = 3,
     .description = "UDP-MSG-012: stream_send_frame to a peer that is gone") {
    struct tcp_pair pair = dead_pair();
    expect_error(stream_send_frame(pair.ours, "hello", 5), EPIPE, "calling stream_send_frame to a peer that is gone");
    tcp_close(&pair);
}

static volatile sig_atomic_t pipe_signals;

static void count_signal(int signal) {
    (void)signal;
    pipe_signals++;
}

Test(stream_write, leaves_signals_to_the_caller, .timeout = 3,
     .description = "UDP-MSG-013: handler, mask and pending signals after a write to a dead peer") {
    struct tcp_pair pair = dead_pair();
    struct sigaction handler = {.sa_handler = count_signal}, after;
    sigset_t mask, pending;
    require(sigaction(SIGPIPE, &handler, NULL) == 0, "set a signal's handler");
    pipe_signals = 0;
    expect_error(stream_write(pair.ours, "hello", 5), EPIPE, "calling stream_write to a peer that is gone");
    expect_int(pipe_signals, 0, "how many times the caller's handler of SIGPIPE ran");
    require(sigaction(SIGPIPE, NULL, &after) == 0, "read a signal's handler");
    require(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0, "read the signal mask");
    require(sigpending(&pending) == 0, "read the pending signals");
    expect_true(after.sa_handler == count_signal, "the caller's handler of SIGPIPE is still set");
    expect_true(!sigismember(&mask, SIGPIPE), "SIGPIPE is not blocked");
    expect_true(!sigismember(&pending, SIGPIPE), "no SIGPIPE is pending");
    tcp_close(&pair);
}

Test(stream_write, reports_the_errno_of_the_kernel, .timeout = 3,
     .description = "UDP-MSG-014: a descriptor that is not open, and a connection that was reset") {
    struct tcp_pair pair = tcp_open();
    expect_error(stream_write(closed_descriptor(), "x", 1), EBADF,
                 "calling stream_write on a descriptor that is not open");
    tcp_reset(&pair);
    expect_error(stream_write(pair.ours, "x", 1), ECONNRESET, "calling stream_write on a connection that was reset");
    tcp_close(&pair);
}

Test(stream_write, writes_to_a_pipe, .timeout = 3,
     .description = "UDP-MSG-015: a pipe with a reader, then one without, SIGPIPE ignored") {
    int ends[2];
    char buf[16];
    require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    expect_success(stream_write(ends[1], "through", 7), "calling stream_write on a pipe");
    ssize_t len = read(ends[0], buf, sizeof buf);
    require(len != -1, "read from a pipe");
    expect_bytes(buf, (size_t)len, "through", 7, "what a plain read gets from the pipe");
    require(signal(SIGPIPE, SIG_IGN) != SIG_ERR, "ignore a signal");
    close(ends[0]);
    expect_error(stream_write(ends[1], "through", 7), EPIPE, "calling stream_write on a pipe that nobody reads");
    close(ends[1]);
}
