/* stream_write_combinations.c - stream_write to each kind of stream, cut, interrupted and broken at every byte. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/faults/partial_io.h"
#include "support/net/stream_kinds.h"
#include "support/process/kernel_view.h"
#include "udp/stream_trials.h"

#define TEXT "012345678"
enum { LEN = 9 };

/* What a call returned, and what happened on the way. */
struct writing {
    int result, error;
    struct partial_io_counts counts;
};

static struct writing write_roughly(int fd, const void *data, size_t len, struct partial_io how) {
    struct writing writing;
    partial_io_start(fd, how);
    writing.result = stream_write(fd, data, len);
    writing.error = errno;
    writing.counts = partial_io_stop();
    return writing;
}

/* Closes our end. All that the other end gets must be these bytes. */
static void expect_heard(struct tcp_pair *pair, const void *data, size_t len) {
    char heard[64];
    stream_close_ours(pair);
    size_t got = tcp_hear(pair->theirs, heard, sizeof heard);
    expect_bytes(heard, got, data, len, "what the other end receives");
}

static void expect_whole(enum stream_kind kind, size_t border) {
    struct tcp_pair pair = stream_kind_open(kind, FROM_US);
    struct writing writing = write_roughly(pair.ours, TEXT, LEN, partial_io_at(border, 0));
    expect_int((errno = writing.error, writing.result), 0, "calling stream_write on %s, a border after %zu bytes",
               stream_kind_name(kind), border);
    expect_heard(&pair, TEXT, LEN);
    tcp_close(&pair);
}

Test(stream_write, goes_on_after_every_byte, .timeout = 3,
     .description = "UDP-MSG-009: 9 bytes to TCP and to a Unix socket, cut after each of them") {
    for (enum stream_kind kind = TCP_STREAM; kind <= UNIX_STREAM; kind++)
        for (size_t border = 1; border < LEN; border++)
            expect_whole(kind, border);
}

/* The same with a signal, or on a pipe. It must work if a plain socket works without a signal. */
static void expect_whole_too(enum stream_kind kind, size_t border, int error) {
    struct trial trial = trial_write(kind, border, error);
    bool basis = writes_over(UNIX_STREAM, border, kind >= PIPE_STREAM ? error : 0);
    expect_true(!basis || (trial.result != -1 && trial.right_bytes),
                "%s, %s after %zu bytes: stream_write writes all 9 bytes (it returned %zd, errno: %s)",
                stream_kind_name(kind), error ? "a signal" : "a cut", border, trial.result, strerror(trial.error));
}

Test(stream_write, goes_on_after_a_signal_at_every_byte, .timeout = 3,
     .description = "UDP-MSG-010a UDP-MSG-010: EINTR before each of 9 bytes to TCP and to a Unix socket") {
    expect_written(stream_write(-1, "x", 1));
    for (enum stream_kind kind = TCP_STREAM; kind <= UNIX_STREAM; kind++)
        for (size_t border = 0; border < LEN; border++)
            expect_whole_too(kind, border, EINTR);
}

Test(stream_write, works_on_pipes_at_every_byte, .timeout = 3,
     .description = "UDP-MSG-015 UDP-MSG-015a UDP-MSG-015b: pipes cut and interrupted at each of 9 bytes") {
    expect_written(stream_write(-1, "x", 1));
    for (enum stream_kind kind = PIPE_STREAM; kind <= NON_BLOCKING_PIPE; kind++) {
        for (size_t border = 0; border < LEN; border++) {
            expect_whole_too(kind, border, 0);
            expect_whole_too(kind, border, EINTR);
        }
    }
}

/* More bytes than any stream holds. The other end takes them, or goes away, while the call waits. */
enum { MUCH = TCP_PAIR_HOLDS };
static struct tcp_pair full;
static unsigned char *much;

static void fill_much(void) {
    much = malloc(MUCH);
    require(much != NULL, "find memory");
    for (size_t i = 0; i < MUCH; i++)
        much[i] = (unsigned char)(i * 7 + i / 251);
}

static bool writes_much(enum stream_kind kind, unsigned interrupt) {
    static struct tcp_partner partner;
    int waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    require(waiting != -1, "make an eventfd");
    fill_much();
    full = stream_kind_open(kind, FROM_US);
    tcp_partner_hears(&partner, full.theirs, waiting, MUCH + 1);
    struct writing writing = write_roughly(
        full.ours, much, MUCH, (struct partial_io){.events = POLLOUT, .waiting = waiting, .interrupt = interrupt});
    stream_close_ours(&full);
    tcp_partner_join(&partner);
    bool spins = writing.counts.refused > 2 * (writing.counts.waits + writing.counts.interrupted) + 2;
    bool whole = partner.len == MUCH && memcmp(partner.bytes, much, MUCH) == 0;
    step("it returned %d, errno: %s; %zu of %d bytes came, and it %s after EAGAIN", writing.result,
         strerror(writing.error), partner.len, MUCH, spins ? "did not wait" : "waited");
    tcp_partner_free(&partner);
    tcp_close(&full);
    free(much);
    close(waiting);
    return writing.result != -1 && whole && !spins;
}

static void expect_long_wait(enum stream_kind kind, unsigned interrupt) {
    expect_true(writes_much(kind, interrupt), "more bytes than %s holds are written", stream_kind_name(kind));
}

Test(stream_write, waits_on_a_non_blocking_unix_socket, .timeout = 3,
     .description = "UDP-MSG-011: more bytes than a non-blocking Unix socket holds") {
    expect_long_wait(NON_BLOCKING_UNIX, 0);
}

Test(stream_write, waits_on_a_non_blocking_pipe, .timeout = 3,
     .description = "UDP-MSG-015b UDP-MSG-015: more bytes than a non-blocking pipe holds, and than a socket holds") {
    expect_written(stream_write(-1, "x", 1));
    bool over_pipe = writes_much(NON_BLOCKING_PIPE, 0);
    expect_true(over_pipe || !writes_much(NON_BLOCKING_UNIX, 0), "a pipe takes all bytes, as a socket does");
}

Test(stream_write, waits_on_after_a_signal, .timeout = 3,
     .description = "UDP-MSG-010a UDP-MSG-010: a third of all writes and waits fail with EINTR, on full sockets") {
    expect_written(stream_write(-1, "x", 1));
    for (enum stream_kind kind = NON_BLOCKING_TCP; kind <= NON_BLOCKING_UNIX; kind++) {
        bool with_signals = writes_much(kind, 33);
        expect_true(with_signals || !writes_much(kind, 0), "all bytes are written to %s, as without signals",
                    stream_kind_name(kind));
    }
}

/* Here SIGPIPE would end the process. */
static void expose_to_pipe_signals(void) {
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    require(signal(SIGPIPE, SIG_DFL) != SIG_ERR, "set a signal's handler");
    require(pthread_sigmask(SIG_UNBLOCK, &pipes, NULL) == 0, "unblock a signal");
}

static void leave_full(void) {
    stream_close_theirs(&full);
}

/* EPIPE, or first ECONNRESET, where unread bytes were lost. */
static void expect_dead(struct writing writing, int fd) {
    expect_int(writing.result, -1, "the result of stream_write");
    expect_true(writing.error == EPIPE || writing.error == ECONNRESET, "errno is EPIPE or ECONNRESET (it was: %s)",
                strerror(writing.error));
    expect_error(stream_write(fd, "x", 1), EPIPE, "calling stream_write once more");
}

Test(stream_write, learns_of_a_death_while_it_waits, .timeout = 3,
     .description = "UDP-MSG-011a UDP-MSG-012a UDP-MSG-012c: full non-blocking sockets, the other end closes then") {
    expose_to_pipe_signals();
    fill_much();
    for (enum stream_kind kind = NON_BLOCKING_TCP; kind <= NON_BLOCKING_UNIX; kind++) {
        int waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        full = stream_kind_open(kind, FROM_US);
        at_cue_start(waiting, leave_full);
        struct writing writing =
            write_roughly(full.ours, much, MUCH, (struct partial_io){.events = POLLOUT, .waiting = waiting});
        at_cue_join();
        expect_dead(writing, full.ours);
        close(waiting);
        tcp_close(&full);
    }
    free(much);
}

static pid_t writer;
static void leave_when_it_is_blocked(void) {
    await_waiting(writer);
    stream_close_theirs(&full);
}

Test(stream_write, learns_of_a_death_while_it_is_blocked, .timeout = 3,
     .description = "UDP-MSG-012a UDP-MSG-012c UDP-MSG-012: full blocking sockets, the other end closes then") {
    expose_to_pipe_signals();
    fill_much();
    writer = gettid();
    for (enum stream_kind kind = TCP_STREAM; kind <= UNIX_STREAM; kind++) {
        int now = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
        full = stream_kind_open(kind, FROM_US);
        at_cue_start(now, leave_when_it_is_blocked);
        struct writing writing = write_roughly(full.ours, much, MUCH, (struct partial_io){.waiting = -1});
        at_cue_join();
        expect_dead(writing, full.ours);
        close(now);
        tcp_close(&full);
    }
    free(much);
}

/* The other end of a Unix socket is gone after this many bytes. The kernel says so at once. */
Test(stream_write, survives_a_death_after_every_byte, .timeout = 3,
     .description = "UDP-MSG-012a UDP-MSG-012: the other end of a Unix socket closes before each of 9 bytes") {
    expose_to_pipe_signals();
    for (size_t border = 0; border < LEN; border++) {
        full = stream_kind_open(UNIX_STREAM, FROM_US);
        struct partial_io how = partial_io_at(border, 0);
        how.at_border = leave_full;
        struct writing writing = write_roughly(full.ours, TEXT, LEN, how);
        expect_error((errno = writing.error, writing.result), EPIPE,
                     "calling stream_write, and the other end goes after %zu bytes", border);
        expect_error(stream_write(full.ours, "x", 1), EPIPE, "calling stream_write once more");
        tcp_close(&full);
    }
}

static void reset_full(void) {
    tcp_reset(&full);
}

Test(stream_write, survives_a_reset_after_every_byte, .timeout = 3,
     .description = "UDP-MSG-012a UDP-MSG-012c UDP-MSG-012: a TCP connection is reset before each of 9 bytes") {
    expose_to_pipe_signals();
    for (size_t border = 0; border < LEN; border++) {
        full = stream_kind_open(TCP_STREAM, FROM_US);
        struct partial_io how = partial_io_at(border, 0);
        how.at_border = reset_full;
        expect_dead(write_roughly(full.ours, TEXT, LEN, how), full.ours);
        tcp_close(&full);
    }
}

Test(stream_write, reports_an_error_after_every_byte, .timeout = 3,
     .description = "UDP-MSG-014a UDP-MSG-014: four errors of a single write, after 0 to 8 of 9 bytes") {
    static const int errors[] = {EIO, ETIMEDOUT, ENOBUFS, EHOSTUNREACH};
    for (size_t border = 0; border < LEN; border++) {
        for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
            struct tcp_pair pair = stream_kind_open(i % 2 ? TCP_STREAM : UNIX_STREAM, FROM_US);
            struct writing writing = write_roughly(pair.ours, TEXT, LEN, partial_io_at(border, errors[i]));
            expect_error((errno = writing.error, writing.result), errors[i],
                         "calling stream_write, whose write fails with %s after %zu bytes", strerror(errors[i]),
                         border);
            expect_heard(&pair, TEXT, border);
            tcp_close(&pair);
        }
    }
}

Test(stream_write, reports_a_reset, .timeout = 3,
     .description = "UDP-MSG-014b: TCP connections, blocking or not, that were reset") {
    for (int i = 0; i < 2; i++) {
        struct tcp_pair pair = stream_kind_open(i ? NON_BLOCKING_TCP : TCP_STREAM, FROM_US);
        tcp_reset(&pair);
        expect_error(stream_write(pair.ours, TEXT, LEN), ECONNRESET, "calling stream_write after a reset");
        tcp_close(&pair);
    }
}

Test(stream_write, writes_nothing_where_nothing_is_given, .timeout = 3,
     .description = "UDP-MSG-014c: len 0 to a closed descriptor, to a dead peer, after a reset, with NULL") {
    expose_to_pipe_signals();
    expect_int(stream_write(closed_descriptor(), NULL, 0), 0, "calling stream_write for 0 bytes on no descriptor");
    expect_int(stream_write(-1, "x", 0), 0, "calling stream_write for 0 bytes on descriptor -1");
    full = stream_kind_open(UNIX_STREAM, FROM_US);
    leave_full();
    expect_int(stream_write(full.ours, NULL, 0), 0, "calling stream_write for 0 bytes to a peer that is gone");
    tcp_close(&full);
    full = stream_kind_open(TCP_STREAM, FROM_US);
    tcp_reset(&full);
    expect_int(stream_write(full.ours, "x", 0), 0, "calling stream_write for 0 bytes after a reset");
    expect_error(stream_write(full.ours, "x", 1), ECONNRESET, "calling stream_write for 1 byte after that");
    tcp_close(&full);
}

static void hear_full(void) {
    static char heard[MUCH];
    tcp_hear(full.theirs, heard, MUCH);
}

/* A wait that fails, or no descriptor for a wait: the call fails with this error, or it does without. */
static void expect_poor_wait(enum stream_kind kind, int error) {
    int waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct partial_io how = {.events = POLLOUT, .waiting = waiting, .wait_error = error == ENOMEM ? ENOMEM : 0};
    full = stream_kind_open(kind, FROM_US);
    at_cue_start(waiting, hear_full);
    if (error == EMFILE)
        allow_descriptors(0);
    struct writing writing = write_roughly(full.ours, much, MUCH, how);
    if (error == EMFILE)
        allow_all_descriptors();
    require(shutdown(full.ours, SHUT_WR) == 0, "shut a socket down");
    at_cue_join();
    expect_true(writing.result == 0 || (writing.result == -1 && writing.error == error),
                "stream_write returns 0, or -1 with the error of the wait (it returned %d, errno: %s)", writing.result,
                strerror(writing.error));
    tcp_close(&full);
    close(waiting);
}

Test(stream_write, survives_a_wait_that_fails, .timeout = 3,
     .description = "UDP-MSG-014 UDP-MSG-007b UDP-MSG-007c: full sockets, a wait fails, or no descriptor is free") {
    fill_much();
    for (enum stream_kind kind = NON_BLOCKING_TCP; kind <= NON_BLOCKING_UNIX; kind++) {
        expect_poor_wait(kind, ENOMEM);
        expect_poor_wait(kind, EMFILE);
    }
    free(much);
}

Test(stream_write, reports_errors_of_pipes, .timeout = 3,
     .description = "UDP-MSG-015c UDP-MSG-015 UDP-MSG-015b: pipes without a reader, and SIGPIPE is ignored") {
    require(signal(SIGPIPE, SIG_IGN) != SIG_ERR, "ignore a signal");
    for (enum stream_kind kind = PIPE_STREAM; kind <= NON_BLOCKING_PIPE; kind++) {
        for (size_t border = 0; border < LEN; border++) {
            full = stream_kind_open(kind, FROM_US);
            struct partial_io how = partial_io_at(border, 0);
            how.at_border = leave_full;
            struct writing writing = write_roughly(full.ours, TEXT, LEN, how);
            expect_error((errno = writing.error, writing.result), EPIPE,
                         "calling stream_write on %s, and the reader goes after %zu bytes", stream_kind_name(kind),
                         border);
            tcp_close(&full);
        }
    }
}
