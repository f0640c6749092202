/* stream_read_combinations.c - stream_read with each kind of stream, cut, interrupted and ended at every byte. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/faults/interruptions.h"
#include "support/faults/partial_io.h"
#include "support/net/stream_kinds.h"
#include "udp/stream_trials.h"

#define TEXT "012345678"
enum { LEN = 9 };

/* What a call returned, what it read, and what happened on the way. */
struct reading {
    ssize_t result;
    int error;
    char buf[LEN + 1];
    struct partial_io_counts counts;
};

static struct reading read_roughly(int fd, size_t len, struct partial_io how) {
    struct reading reading;
    memset(reading.buf, '#', sizeof reading.buf);
    partial_io_start(fd, how);
    reading.result = stream_read(fd, reading.buf, len);
    reading.error = errno;
    reading.counts = partial_io_stop();
    return reading;
}

/* Something at a border, and nothing else. */
/* All LEN bytes are there. The call meets the border somewhere, and must read them all. */
static void expect_whole(enum stream_kind kind, size_t border) {
    struct tcp_pair pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, TEXT, LEN);
    struct reading reading = read_roughly(pair.ours, LEN, partial_io_at(border, 0));
    expect_int((errno = reading.error, reading.result), LEN, "calling stream_read on %s, a border after %zu bytes",
               stream_kind_name(kind), border);
    expect_bytes(reading.buf, LEN + 1, TEXT "#", LEN + 1, "the bytes that were read, and one behind them");
    tcp_close(&pair);
}

Test(stream_read, puts_pieces_together_at_every_byte, .timeout = 3,
     .description = "UDP-MSG-001a UDP-MSG-001: 9 bytes of TCP and of a Unix socket, cut after each of them") {
    for (enum stream_kind kind = TCP_STREAM; kind <= UNIX_STREAM; kind++)
        for (size_t border = 1; border < LEN; border++)
            expect_whole(kind, border);
}

/* The same with a signal, or on a pipe. It must work if a plain socket works without a signal. */
static void expect_whole_too(enum stream_kind kind, size_t border, int error) {
    struct trial trial = trial_read(kind, LEN, false, border, error);
    bool basis = reads_over(UNIX_STREAM, border, kind >= PIPE_STREAM ? error : 0);
    expect_true(!basis || (trial.result == LEN && trial.right_bytes),
                "%s, %s after %zu bytes: stream_read returns all 9 bytes (it returned %zd, errno: %s)",
                stream_kind_name(kind), error ? "a signal" : "a cut", border, trial.result, strerror(trial.error));
}

Test(stream_read, goes_on_after_a_signal_at_every_byte, .timeout = 3,
     .description = "UDP-MSG-005a UDP-MSG-005: EINTR before each of 9 bytes of TCP and of a Unix socket") {
    expect_written(stream_read(-1, (char[1]){0}, 1));
    for (enum stream_kind kind = TCP_STREAM; kind <= UNIX_STREAM; kind++)
        for (size_t border = 0; border < LEN; border++)
            expect_whole_too(kind, border, EINTR);
}

Test(stream_read, works_on_pipes_at_every_byte, .timeout = 3,
     .description = "UDP-MSG-015 UDP-MSG-015a UDP-MSG-015b: pipes cut and interrupted at each of 9 bytes") {
    expect_written(stream_read(-1, (char[1]){0}, 1));
    for (enum stream_kind kind = PIPE_STREAM; kind <= NON_BLOCKING_PIPE; kind++) {
        for (size_t border = 0; border < LEN; border++) {
            expect_whole_too(kind, border, 0);
            expect_whole_too(kind, border, EINTR);
        }
    }
}

/* The rest of the stream must be these bytes, for a plain read. */
static void expect_rest(struct tcp_pair *pair, const char *rest, size_t len) {
    char left[32];
    stream_close_theirs(pair);
    require(fcntl(pair->ours, F_SETFL, 0) == 0, "make a descriptor blocking");
    size_t got = tcp_hear(pair->ours, left, sizeof left);
    expect_bytes(left, got, rest, len, "what a plain read gets afterwards");
}

static void expect_no_byte_more(enum stream_kind kind) {
    for (size_t len = 0; len <= LEN; len++) {
        struct tcp_pair pair = stream_kind_open(kind, TO_US);
        stream_say(&pair, TEXT "next", LEN + 4);
        struct reading reading = read_roughly(pair.ours, len, partial_io_at(len / 2, 0));
        expect_int((errno = reading.error, reading.result), len, "calling stream_read for %zu of 13 bytes", len);
        expect_rest(&pair, &(TEXT "next")[len], LEN + 4 - len);
        tcp_close(&pair);
    }
}

Test(stream_read, leaves_the_rest, .timeout = 3,
     .description = "UDP-MSG-002: 0 to 9 of 13 bytes, from TCP and from a Unix socket") {
    expect_no_byte_more(TCP_STREAM);
    expect_no_byte_more(UNIX_STREAM);
}

/* How many bytes are left for a plain read, after a read of len of 13 bytes. */
static size_t left_after(enum stream_kind kind, size_t len) {
    char left[32];
    struct tcp_pair pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, TEXT "next", LEN + 4);
    read_roughly(pair.ours, len, partial_io_at(len / 2, 0));
    stream_close_theirs(&pair);
    require(fcntl(pair.ours, F_SETFL, 0) == 0, "make a descriptor blocking");
    size_t got = tcp_hear(pair.ours, left, sizeof left);
    tcp_close(&pair);
    return got;
}

Test(stream_read, leaves_the_rest_in_a_pipe, .timeout = 3,
     .description = "UDP-MSG-015 UDP-MSG-015b: 0 to 9 of 13 bytes, from a pipe, blocking or not, and from a socket") {
    expect_written(stream_read(-1, (char[1]){0}, 1));
    for (size_t len = 0; len <= LEN; len++) {
        size_t on_socket = left_after(UNIX_STREAM, len);
        expect_int(left_after(PIPE_STREAM, len), on_socket, "how many bytes are left in a pipe after %zu bytes", len);
        expect_int(left_after(NON_BLOCKING_PIPE, len), on_socket, "the same in a non-blocking pipe");
    }
}

/* The stream has 0 to LEN - 1 bytes and its end. */
static void expect_ends(enum stream_kind kind, size_t there) {
    struct tcp_pair pair = stream_kind_open(kind, TO_US);
    char buf[LEN];
    stream_say(&pair, TEXT, there);
    stream_close_theirs(&pair);
    if (there > 0)
        expect_error(stream_read(pair.ours, buf, LEN), EPROTO, "calling stream_read for 9 bytes, %zu and the end come",
                     there);
    for (size_t len = 1; there == 0 && len <= LEN; len += 4)
        expect_int(stream_read(pair.ours, buf, len), 0, "calling stream_read for %zu bytes at the end", len);
    tcp_close(&pair);
}

Test(stream_read, reports_the_end_of_each_stream, .timeout = 3,
     .description = "UDP-MSG-003: the end of TCP and of a Unix socket, for 1, 5 and 9 bytes") {
    expect_ends(TCP_STREAM, 0);
    expect_ends(UNIX_STREAM, 0);
}

Test(stream_read, reports_an_end_after_every_byte, .timeout = 3,
     .description = "UDP-MSG-004: TCP and a Unix socket that end after 1 to 8 of 9 bytes") {
    for (size_t there = 1; there < LEN; there++) {
        expect_ends(TCP_STREAM, there);
        expect_ends(UNIX_STREAM, there);
    }
}

Test(stream_read, reports_the_end_of_pipes, .timeout = 3,
     .description = "UDP-MSG-015 UDP-MSG-015b: pipes that end after 0 to 8 of 9 bytes, compared with a socket") {
    expect_written(stream_read(-1, (char[1]){0}, 1));
    for (size_t there = 0; there < LEN; there++) {
        struct trial socket = trial_read(UNIX_STREAM, there, true, LEN, 0);
        for (enum stream_kind kind = PIPE_STREAM; kind <= NON_BLOCKING_PIPE; kind++) {
            struct trial pipe = trial_read(kind, there, true, LEN, 0);
            expect_int((errno = pipe.error, pipe.result), socket.result,
                       "calling stream_read on %s, %zu bytes and the end", stream_kind_name(kind), there);
            expect_int(pipe.error, socket.error, "its errno");
        }
    }
}

/* A stream that has some bytes. The rest comes, or the other end closes or resets, while the call waits. */
static struct tcp_pair late;
static size_t already;
static void say_the_rest(void) {
    stream_say(&late, &(TEXT "next")[already], LEN + 4 - already);
}
static void close_at_last(void) {
    stream_close_theirs(&late);
}
static void reset_at_last(void) {
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(late.theirs, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    stream_close_theirs(&late);
}

static struct reading read_late(enum stream_kind kind, size_t there, void (*action)(void), struct partial_io how) {
    int waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    require(waiting != -1, "make an eventfd");
    late = stream_kind_open(kind, TO_US);
    already = there;
    stream_say(&late, TEXT, there);
    step("the stream has %zu bytes; the other end acts while the call waits", there);
    at_cue_start(waiting, action);
    how.events = POLLIN;
    how.waiting = waiting;
    struct reading reading = read_roughly(late.ours, LEN, how);
    at_cue_join();
    close(waiting);
    return reading;
}

static void expect_wait(enum stream_kind kind, size_t there, struct partial_io how) {
    bool basis = there == 0 || reads_over(UNIX_STREAM, there, 0);
    struct reading reading = read_late(kind, there, say_the_rest, how);
    expect_true(!basis || (reading.result == LEN && memcmp(reading.buf, TEXT, LEN) == 0),
                "%s: stream_read waits for all 9 bytes (it returned %zd, errno: %s)", stream_kind_name(kind),
                reading.result, strerror(reading.error));
    expect_true(reading.counts.refused <= 2 * (reading.counts.waits + reading.counts.interrupted) + 2,
                "stream_read waits after EAGAIN");
    tcp_close(&late);
}

Test(stream_read, waits_at_every_byte, .timeout = 3,
     .description = "UDP-MSG-006: non-blocking TCP and Unix sockets that have 0 to 8 of 9 bytes") {
    for (size_t there = 0; there < LEN; there++) {
        expect_wait(NON_BLOCKING_TCP, there, (struct partial_io){0});
        expect_wait(NON_BLOCKING_UNIX, there, (struct partial_io){0});
    }
}

Test(stream_read, waits_for_a_pipe, .timeout = 3,
     .description = "UDP-MSG-015b UDP-MSG-015: a non-blocking pipe that has 0 to 8 of 9 bytes, and a socket") {
    expect_written(stream_read(-1, (char[1]){0}, 1));
    for (size_t there = 0; there < LEN; there++) {
        struct reading pipe = read_late(NON_BLOCKING_PIPE, there, say_the_rest, (struct partial_io){0});
        tcp_close(&late);
        struct reading socket = read_late(NON_BLOCKING_UNIX, there, say_the_rest, (struct partial_io){0});
        tcp_close(&late);
        expect_int((errno = pipe.error, pipe.result), socket.result, "stream_read on a pipe that has %zu bytes", there);
        expect_bytes(pipe.buf, LEN, socket.buf, LEN, "the bytes, as on a socket");
        expect_true(pipe.counts.refused <= socket.counts.refused + 2 * (pipe.counts.waits + 1),
                    "stream_read waits after EAGAIN");
    }
}

Test(stream_read, waits_on_after_a_signal, .timeout = 3,
     .description = "UDP-MSG-005a UDP-MSG-005: half of all reads and waits fail with EINTR, on non-blocking sockets") {
    for (size_t there = 0; there < LEN; there++) {
        expect_wait(NON_BLOCKING_TCP, there, (struct partial_io){.interrupt = 50});
        expect_wait(NON_BLOCKING_UNIX, there, (struct partial_io){.interrupt = 50});
    }
}

Test(stream_read, learns_of_the_end_while_it_waits, .timeout = 3,
     .description =
         "UDP-MSG-006b: non-blocking sockets end during the wait, after 0 to 8 bytes; compared with one that ended "
         "before") {
    expect_written(stream_read(-1, (char[1]){0}, 1));
    for (size_t there = 0; there < LEN; there++) {
        struct trial before = trial_read(UNIX_STREAM, there, true, LEN, 0);
        for (enum stream_kind kind = NON_BLOCKING_TCP; kind <= NON_BLOCKING_UNIX; kind++) {
            struct reading reading = read_late(kind, there, close_at_last, (struct partial_io){0});
            expect_int((errno = reading.error, reading.result), before.result,
                       "calling stream_read on a stream that ends after %zu bytes", there);
            expect_true(reading.result != -1 || reading.error == before.error, "errno is the same (it was: %s)",
                        strerror(reading.error));
            tcp_close(&late);
        }
    }
}

Test(stream_read, learns_of_a_reset_while_it_waits, .timeout = 3,
     .description = "UDP-MSG-006c: a non-blocking TCP connection is reset during the wait, after 0 to 8 bytes") {
    for (size_t there = 0; there < LEN; there++) {
        struct reading reading = read_late(NON_BLOCKING_TCP, there, reset_at_last, (struct partial_io){0});
        expect_error((errno = reading.error, reading.result), ECONNRESET,
                     "calling stream_read on a connection that is reset after %zu bytes", there);
        tcp_close(&late);
    }
}

Test(stream_read, reports_an_error_after_every_byte, .timeout = 3,
     .description = "UDP-MSG-007a UDP-MSG-007: four errors of a single read, after 0 to 8 of 9 bytes") {
    static const int errors[] = {EIO, ETIMEDOUT, ENOMEM, ENOTCONN};
    for (size_t border = 0; border < LEN; border++) {
        for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
            struct tcp_pair pair = stream_kind_open(i % 2 ? TCP_STREAM : UNIX_STREAM, TO_US);
            stream_say(&pair, TEXT, LEN);
            struct reading reading = read_roughly(pair.ours, LEN, partial_io_at(border, errors[i]));
            expect_error((errno = reading.error, reading.result), errors[i],
                         "calling stream_read, whose read fails with %s after %zu bytes", strerror(errors[i]), border);
            tcp_close(&pair);
        }
    }
}

Test(stream_read, reports_errors_of_other_descriptors, .timeout = 3,
     .description = "UDP-MSG-007: a TCP socket that is not connected") {
    char buf[4];
    int alone = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(alone != -1, "open a socket");
    expect_error(stream_read(alone, buf, 4), ENOTCONN, "calling stream_read on a socket that is not connected");
    close(alone);
}

Test(stream_read, survives_a_wait_that_fails, .timeout = 3,
     .description = "UDP-MSG-007b: the first wait fails with ENOMEM, on non-blocking sockets with 0 to 8 of 9 bytes") {
    for (size_t there = 0; there < LEN; there++) {
        for (enum stream_kind kind = NON_BLOCKING_TCP; kind <= NON_BLOCKING_UNIX; kind++) {
            struct reading reading = read_late(kind, there, say_the_rest, (struct partial_io){.wait_error = ENOMEM});
            bool whole = reading.result == LEN && memcmp(reading.buf, TEXT, LEN) == 0;
            bool basis = there == 0 || reads_over(UNIX_STREAM, there, 0);
            expect_true(!basis || whole || (reading.result == -1 && reading.error == ENOMEM),
                        "stream_read returns all bytes, or -1 with ENOMEM (it returned %zd, errno: %s)", reading.result,
                        strerror(reading.error));
            tcp_close(&late);
        }
    }
}

Test(stream_read, survives_without_descriptors, .timeout = 3,
     .description = "UDP-MSG-007c: no descriptor is free, and a non-blocking socket has 4 of 9 bytes") {
    for (enum stream_kind kind = NON_BLOCKING_TCP; kind <= NON_BLOCKING_UNIX; kind++) {
        late = stream_kind_open(kind, TO_US);
        int waiting = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        already = 4;
        stream_say(&late, TEXT, 4);
        at_cue_start(waiting, say_the_rest);
        allow_descriptors(0);
        struct reading reading =
            read_roughly(late.ours, LEN, (struct partial_io){.events = POLLIN, .waiting = waiting});
        allow_all_descriptors();
        at_cue_join();
        expect_true(reading.result == LEN || (reading.result == -1 && reading.error == EMFILE),
                    "stream_read returns 9, or -1 with EMFILE (it returned %zd, errno: %s)", reading.result,
                    strerror(reading.error));
        close(waiting);
        tcp_close(&late);
    }
}

Test(stream_read, wants_nothing_from_any_stream, .timeout = 3,
     .description = "UDP-MSG-008a UDP-MSG-008b UDP-MSG-008: len 0 with bytes, at the end, and after a reset") {
    char buf[4];
    for (enum stream_kind kind = TCP_STREAM; kind <= NON_BLOCKING_UNIX; kind++) {
        struct tcp_pair pair = stream_kind_open(kind, TO_US);
        expect_int(stream_read(pair.ours, NULL, 0), 0, "calling stream_read for 0 bytes of an empty stream");
        stream_say(&pair, "ab", 2);
        expect_int(stream_read(pair.ours, buf, 0), 0, "calling stream_read for 0 bytes when 2 are there");
        stream_close_theirs(&pair);
        expect_int(stream_read(pair.ours, buf, 2), 2, "calling stream_read for these 2 bytes");
        expect_int(stream_read(pair.ours, NULL, 0), 0, "calling stream_read for 0 bytes at the end");
        tcp_close(&pair);
    }
    struct tcp_pair pair = tcp_open();
    tcp_reset(&pair);
    expect_int(stream_read(pair.ours, buf, 0), 0, "calling stream_read for 0 bytes after a reset");
    expect_error(stream_read(pair.ours, buf, 1), ECONNRESET, "calling stream_read for 1 byte after that");
    tcp_close(&pair);
}
