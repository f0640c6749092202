/* stream_frame_combinations.c - frames over each kind of stream, cut, interrupted and broken at every byte. */
#include <errno.h>
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

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/faults/partial_io.h"
#include "support/net/stream_kinds.h"
#include "udp/stream_trials.h"

#define FRAME "\0\0\0\005hello"
enum { HEADER = STREAM_FRAME_HEADER, LEN = HEADER + 5 };

/* What a call returned. */
struct outcome {
    int result, error;
    size_t len;
    char buf[16];
    struct partial_io_counts counts;
};

static struct outcome recv_roughly(int fd, size_t cap, struct partial_io how) {
    struct outcome outcome = {.len = SIZE_MAX};
    memset(outcome.buf, '#', sizeof outcome.buf);
    partial_io_start(fd, how);
    outcome.result = stream_recv_frame(fd, cap > 0 ? outcome.buf : NULL, cap, &outcome.len);
    outcome.error = errno;
    outcome.counts = partial_io_stop();
    return outcome;
}

static struct outcome send_roughly(int fd, const void *data, size_t len, struct partial_io how) {
    struct outcome outcome;
    partial_io_start(fd, how);
    outcome.result = stream_send_frame(fd, data, len);
    outcome.error = errno;
    outcome.counts = partial_io_stop();
    return outcome;
}

/* The frame goes and comes whole, with a border somewhere. If plain bytes do not, that is another clause. */
static void expect_sent(enum stream_kind kind, size_t border, int error) {
    bool basis = writes_over(kind, border, error);
    struct tcp_pair pair = stream_kind_open(kind, FROM_US);
    char heard[64];
    struct outcome outcome = send_roughly(pair.ours, "hello", 5, partial_io_at(border, error));
    stream_close_ours(&pair);
    size_t got = tcp_hear(pair.theirs, heard, sizeof heard);
    expect_true(!basis || (outcome.result != -1 && got == LEN && memcmp(heard, FRAME, LEN) == 0),
                "%s, %s after %zu bytes: stream_send_frame sends the frame (it returned %d, errno: %s)",
                stream_kind_name(kind), error ? "a signal" : "a cut", border, outcome.result, strerror(outcome.error));
    tcp_close(&pair);
}

static bool is_hello(const struct outcome *outcome) {
    return outcome->result > 0 && outcome->len == 5 && memcmp(outcome->buf, "hello#", 6) == 0;
}

static void expect_received(enum stream_kind kind, size_t border, int error) {
    struct tcp_pair pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, FRAME FRAME, 2 * LEN);
    stream_close_theirs(&pair);
    bool basis = reads_over(kind, border, error);
    struct outcome first = recv_roughly(pair.ours, 8, partial_io_at(border, error));
    struct outcome second = recv_roughly(pair.ours, 8, partial_io_at(border, error));
    expect_true(!basis || is_hello(&first), "%s, %s after %zu bytes: the first frame comes (%d, errno: %s)",
                stream_kind_name(kind), error ? "a signal" : "a cut", border, first.result, strerror(first.error));
    expect_true(!basis || is_hello(&second), "%s, %s after %zu bytes: the second frame comes (%d, errno: %s)",
                stream_kind_name(kind), error ? "a signal" : "a cut", border, second.result, strerror(second.error));
    tcp_close(&pair);
}

Test(stream_frame, is_whole_although_it_is_cut, .timeout = 3,
     .description = "UDP-MSG-018: TCP and Unix sockets that cut a frame of 9 bytes after each of them, in both ways") {
    expect_written(stream_send_frame(-1, "x", 1));
    expect_written(stream_recv_frame(-1, (char[1]){0}, 1, &(size_t){0}));
    for (enum stream_kind kind = TCP_STREAM; kind <= UNIX_STREAM; kind++) {
        for (size_t border = 1; border < LEN; border++) {
            expect_sent(kind, border, 0);
            expect_received(kind, border, 0);
        }
    }
}

Test(stream_frame, is_whole_although_signals_come, .timeout = 3,
     .description = "UDP-MSG-018a UDP-MSG-018: EINTR before each byte of a frame, in both directions") {
    expect_written(stream_send_frame(-1, "x", 1));
    expect_written(stream_recv_frame(-1, (char[1]){0}, 1, &(size_t){0}));
    for (enum stream_kind kind = TCP_STREAM; kind <= UNIX_STREAM; kind++) {
        for (size_t border = 0; border < LEN; border++) {
            expect_sent(kind, border, EINTR);
            expect_received(kind, border, EINTR);
        }
    }
}

/* What one frame that is sent, or one of two that are received, came to. */
struct transfer {
    long long result;
    int error;
    size_t len;
    char bytes[32];
};

static struct transfer transfer_of(const struct outcome *outcome) {
    return (struct transfer){.result = outcome->result, .error = outcome->result == -1 ? outcome->error : 0};
}

static struct transfer send_over(enum stream_kind kind, size_t border, int error) {
    struct tcp_pair pair = stream_kind_open(kind, FROM_US);
    struct outcome outcome = send_roughly(pair.ours, "hello", 5, partial_io_at(border, error));
    struct transfer transfer = transfer_of(&outcome);
    stream_close_ours(&pair);
    transfer.len = tcp_hear(pair.theirs, transfer.bytes, sizeof transfer.bytes);
    tcp_close(&pair);
    return transfer;
}

static struct transfer receive_over(enum stream_kind kind, size_t border, int error) {
    struct tcp_pair pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, FRAME FRAME, 2 * LEN);
    stream_close_theirs(&pair);
    struct outcome outcome = recv_roughly(pair.ours, 8, partial_io_at(border, error));
    struct transfer transfer = transfer_of(&outcome);
    transfer.len = outcome.result == 1 ? outcome.len : 0;
    memcpy(transfer.bytes, outcome.buf, transfer.len < 8 ? transfer.len : 8);
    tcp_close(&pair);
    return transfer;
}

/* A frame goes through a pipe as through a socket. It is the matter of other clauses whether that is right. */
static void expect_like(struct transfer socket, struct transfer pipe, enum stream_kind kind, size_t border) {
    expect_int((errno = pipe.error, pipe.result), socket.result, "%s, byte %zu: the result, as on a socket",
               stream_kind_name(kind), border);
    expect_int(pipe.error, socket.error, "errno, as on a socket");
    expect_bytes(pipe.bytes, pipe.len, socket.bytes, socket.len, "the bytes, as on a socket");
}

Test(stream_frame, goes_through_pipes, .timeout = 3,
     .description = "UDP-MSG-015a UDP-MSG-015b UDP-MSG-015: frames through pipes, cut and interrupted at every byte") {
    expect_written(stream_send_frame(-1, "x", 1));
    expect_written(stream_recv_frame(-1, (char[1]){0}, 1, &(size_t){0}));
    for (enum stream_kind kind = PIPE_STREAM; kind <= NON_BLOCKING_PIPE; kind++) {
        for (size_t border = 0; border < LEN; border++) {
            for (int error = 0; error <= EINTR; error += EINTR) {
                expect_like(send_over(UNIX_STREAM, border, error), send_over(kind, border, error), kind, border);
                expect_like(receive_over(UNIX_STREAM, border, error), receive_over(kind, border, error), kind, border);
            }
        }
    }
}

/* The stream has a part of a frame, and the rest comes while the call waits. */
static struct tcp_pair late;
static size_t already;
static void say_the_rest(void) {
    stream_say(&late, &FRAME[already], LEN - already);
    stream_close_theirs(&late); /* code that wants more gets the end */
}

static struct outcome wait_for(enum stream_kind kind, size_t there, size_t cap, unsigned interrupt) {
    int waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    require(waiting != -1, "make an eventfd");
    late = stream_kind_open(kind, TO_US);
    already = there;
    stream_say(&late, FRAME, there);
    at_cue_start(waiting, say_the_rest);
    step("stream_recv_frame, %zu of 9 bytes are there", there);
    struct outcome outcome =
        recv_roughly(late.ours, cap, (struct partial_io){.events = POLLIN, .waiting = waiting, .interrupt = interrupt});
    at_cue_join();
    close(waiting);
    tcp_close(&late);
    return outcome;
}

static void expect_no_spinning(const struct outcome *outcome) {
    expect_true(outcome->counts.refused <= 2 * (outcome->counts.waits + outcome->counts.interrupted) + 2,
                "stream_recv_frame waits after EAGAIN");
}

static void expect_wait(enum stream_kind kind, size_t there, size_t cap, unsigned interrupt) {
    struct outcome outcome = wait_for(kind, there, cap, interrupt);
    bool too_long = outcome.result == -1 && outcome.error == EMSGSIZE;
    bool basis = there == 0 || reads_over(UNIX_STREAM, there, 0);
    expect_true(!basis || (cap >= 5 ? is_hello(&outcome) : too_long),
                "%s, %zu bytes are there: stream_recv_frame waits for the frame (it returned %d, errno: %s)",
                stream_kind_name(kind), there, outcome.result, strerror(outcome.error));
    expect_no_spinning(&outcome);
}

Test(stream_frame, is_waited_for, .timeout = 3,
     .description =
         "UDP-MSG-018b UDP-MSG-018: non-blocking sockets with 0 to 8 bytes of a frame, with and without room") {
    for (size_t there = 0; there < LEN; there++) {
        for (enum stream_kind kind = NON_BLOCKING_TCP; kind <= NON_BLOCKING_UNIX; kind++) {
            expect_wait(kind, there, 8, 0);
            expect_wait(kind, there, 2, 0);
            expect_wait(kind, there, 8, 50);
        }
    }
}

static void expect_wait_on_pipe(size_t there, size_t cap) {
    struct outcome pipe = wait_for(NON_BLOCKING_PIPE, there, cap, 0),
                   socket = wait_for(NON_BLOCKING_UNIX, there, cap, 0);
    expect_int((errno = pipe.error, pipe.result), socket.result, "the result on a pipe that has %zu bytes", there);
    expect_true(pipe.result != -1 || pipe.error == socket.error, "errno is the same (it was: %s)",
                strerror(pipe.error));
    expect_bytes(pipe.buf, sizeof pipe.buf, socket.buf, sizeof socket.buf, "the bytes, as on a socket");
    expect_true(pipe.counts.refused <= socket.counts.refused + 2 * (pipe.counts.waits + 1),
                "stream_recv_frame waits after EAGAIN");
}

Test(stream_frame, is_waited_for_on_a_pipe, .timeout = 3,
     .description = "UDP-MSG-015b UDP-MSG-015a: a non-blocking pipe with 0 to 8 bytes of a frame, with and without "
                    "room, compared with a socket") {
    expect_written(stream_recv_frame(-1, (char[1]){0}, 1, &(size_t){0}));
    for (size_t there = 0; there < LEN; there++) {
        expect_wait_on_pipe(there, 8);
        expect_wait_on_pipe(there, 2);
    }
}

/* A frame that is longer than a stream holds. The other end takes it while the call waits. */
enum { MUCH = TCP_PAIR_HOLDS };
static bool sends_long_frame(enum stream_kind kind, unsigned interrupt) {
    static struct tcp_partner partner;
    static unsigned char frame[HEADER + MUCH];
    int waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    require(waiting != -1, "make an eventfd");
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (unsigned char)(i < HEADER ? (size_t)MUCH >> 8 * (HEADER - 1 - i) : i * 7 + i / 251);
    struct tcp_pair pair = stream_kind_open(kind, FROM_US);
    tcp_partner_hears(&partner, pair.theirs, waiting, sizeof frame + 1);
    struct outcome outcome =
        send_roughly(pair.ours, frame + HEADER, MUCH,
                     (struct partial_io){.events = POLLOUT, .waiting = waiting, .interrupt = interrupt});
    stream_close_ours(&pair);
    tcp_partner_join(&partner);
    bool spins = outcome.counts.refused > 2 * (outcome.counts.waits + outcome.counts.interrupted) + 2;
    bool whole = partner.len == sizeof frame && memcmp(partner.bytes, frame, sizeof frame) == 0;
    step("it returned %d, errno: %s; %zu of %zu bytes came, and it %s after EAGAIN", outcome.result,
         strerror(outcome.error), partner.len, sizeof frame, spins ? "did not wait" : "waited");
    tcp_partner_free(&partner);
    tcp_close(&pair);
    close(waiting);
    return outcome.result != -1 && whole && !spins;
}

Test(stream_frame, waits_for_room, .timeout = 3,
     .description = "UDP-MSG-018b UDP-MSG-018a: a frame of a million bytes to non-blocking sockets, with signals") {
    expect_true(sends_long_frame(NON_BLOCKING_TCP, 0), "a long frame goes through a TCP connection");
    expect_true(sends_long_frame(NON_BLOCKING_UNIX, 0), "a long frame goes through a Unix socket");
    expect_true(sends_long_frame(NON_BLOCKING_TCP, 33), "a long frame goes through although signals come");
}

Test(stream_frame, waits_for_room_in_a_pipe, .timeout = 3,
     .description = "UDP-MSG-015b UDP-MSG-015a: a frame of a million bytes to a non-blocking pipe, and to a socket") {
    expect_written(stream_send_frame(-1, "x", 1));
    bool over_pipe = sends_long_frame(NON_BLOCKING_PIPE, 0);
    expect_true(over_pipe || !sends_long_frame(NON_BLOCKING_UNIX, 0),
                "a long frame goes through a pipe, as through a socket");
}

Test(stream_frame, reports_an_error_at_every_byte, .timeout = 3,
     .description = "UDP-MSG-018c: EIO, ETIMEDOUT, ENOBUFS before each byte of frames that go, come, do not fit") {
    static const int errors[] = {EIO, ETIMEDOUT, ENOBUFS};
    for (size_t border = 0; border < LEN; border++) {
        for (size_t i = 0; i < 3; i++) {
            struct tcp_pair pair = stream_kind_open(i % 2 ? TCP_STREAM : UNIX_STREAM, FROM_US);
            struct outcome sent = send_roughly(pair.ours, "hello", 5, partial_io_at(border, errors[i]));
            expect_error((errno = sent.error, sent.result), errors[i],
                         "calling stream_send_frame, whose write fails with %s after %zu bytes", strerror(errors[i]),
                         border);
            stream_say(&pair, FRAME, LEN);
            struct outcome received = recv_roughly(pair.ours, border % 2 ? 8 : 2, partial_io_at(border, errors[i]));
            expect_error((errno = received.error, received.result), errors[i],
                         "calling stream_recv_frame, whose read fails with %s after %zu bytes", strerror(errors[i]),
                         border);
            tcp_close(&pair);
            pair = stream_kind_open(TCP_STREAM, TO_US);
            stream_say(&pair, FRAME, LEN);
            received = recv_roughly(pair.ours, border % 2 ? 2 : 8, partial_io_at(border, errors[i]));
            expect_error((errno = received.error, received.result), errors[i],
                         "calling stream_recv_frame with the other cap, a read fails after %zu bytes", border);
            tcp_close(&pair);
        }
    }
}

static void leave(void) {
    stream_close_theirs(&late);
}

/* Here SIGPIPE would end the process. */
static void expose_to_pipe_signals(void) {
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    require(signal(SIGPIPE, SIG_DFL) != SIG_ERR, "set a signal's handler");
    require(pthread_sigmask(SIG_UNBLOCK, &pipes, NULL) == 0, "unblock a signal");
}

Test(stream_frame, survives_a_death_at_every_byte, .timeout = 3,
     .description = "UDP-MSG-012b UDP-MSG-012a: the other end closes before each byte, also of an empty frame") {
    expose_to_pipe_signals();
    for (size_t border = 0; border < LEN; border++) {
        for (size_t len = 0; len <= 5 && border < HEADER + len; len += 5) {
            late = stream_kind_open(UNIX_STREAM, FROM_US);
            struct partial_io how = partial_io_at(border, 0);
            how.at_border = leave;
            struct outcome outcome = send_roughly(late.ours, "hello", len, how);
            expect_error((errno = outcome.error, outcome.result), EPIPE,
                         "calling stream_send_frame with %zu bytes, the other end goes after %zu", len, border);
            tcp_close(&late);
        }
    }
}

Test(stream_frame, learns_of_a_death_while_it_waits, .timeout = 3,
     .description = "UDP-MSG-012a UDP-MSG-012c: a frame of a million bytes, and the other end closes during the wait") {
    static unsigned char payload[MUCH];
    expose_to_pipe_signals();
    for (enum stream_kind kind = NON_BLOCKING_TCP; kind <= NON_BLOCKING_UNIX; kind++) {
        int waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        late = stream_kind_open(kind, FROM_US);
        at_cue_start(waiting, leave);
        struct outcome outcome =
            send_roughly(late.ours, payload, MUCH, (struct partial_io){.events = POLLOUT, .waiting = waiting});
        at_cue_join();
        expect_int(outcome.result, -1, "the result of stream_send_frame");
        expect_true(outcome.error == EPIPE || outcome.error == ECONNRESET, "errno is EPIPE or ECONNRESET (it was: %s)",
                    strerror(outcome.error));
        expect_error(stream_send_frame(late.ours, "", 0), EPIPE, "calling stream_send_frame with an empty frame");
        close(waiting);
        tcp_close(&late);
    }
}
