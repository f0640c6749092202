/* stream_frame_limits.c - frames of many lengths, streams that end at every byte, and lengths that nobody believes. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
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

enum { HEADER = STREAM_FRAME_HEADER, LARGE = 0x01020304 };

/* A block that holds a header and len bytes of payload, which repeat after 4093 bytes. */
static unsigned char *frame_of(size_t len) {
    enum { PERIOD = 4093 };
    static unsigned char pattern[PERIOD];
    unsigned char *frame = malloc(HEADER + len);
    require(frame != NULL, "find memory");
    for (size_t i = 0; i < PERIOD; i++)
        pattern[i] = (unsigned char)(i * 7 + i / 251);
    for (size_t i = 0; i < HEADER; i++)
        frame[i] = (unsigned char)(len >> 8 * (HEADER - 1 - i));
    for (size_t at = 0; at < len; at += PERIOD)
        memcpy(frame + HEADER + at, pattern, len - at < PERIOD ? len - at : PERIOD);
    return frame;
}

/* The call may send only the first bytes. Then a write fails. */
static void expect_header(size_t len) {
    struct tcp_pair pair = stream_kind_open(UNIX_STREAM, FROM_US);
    unsigned char *frame = frame_of(len), heard[HEADER + 2];
    size_t shown = len < 2 ? HEADER + len : HEADER + 2;
    partial_io_start(pair.ours,
                     (struct partial_io){.has_border = true, .border = shown, .border_error = EIO, .waiting = -1});
    int result = stream_send_frame(pair.ours, frame + HEADER, len);
    partial_io_stop();
    stream_close_ours(&pair);
    size_t got = tcp_hear(pair.theirs, heard, sizeof heard);
    expect_int(shown == HEADER + len ? result : 0, 0, "calling stream_send_frame with %zu bytes", len);
    expect_bytes(heard, got, frame, shown, "the header and the first bytes of a frame of %zu bytes", len);
    free(frame);
    tcp_close(&pair);
}

Test(stream_frame, has_the_length_in_four_bytes, .timeout = 3,
     .description = "UDP-MSG-016 UDP-MSG-016a: the first bytes of frames of 0 to 16,909,060 bytes") {
    static const size_t lengths[] = {0, 1, 2, 127, 128, 255, 256, 257, 32768, 65535, 65536, 65537, 0x00ff00ff, LARGE};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        expect_header(lengths[i]);
}

static struct tcp_pair pair;
static unsigned char *sent;
static size_t sent_len;
static void say_all(void) {
    for (size_t done = 0; done < sent_len;) {
        ssize_t some = send(pair.theirs, sent + done, sent_len - done, MSG_NOSIGNAL);
        if (some <= 0 && errno != EINTR)
            return;
        done += some > 0 ? (size_t)some : 0;
    }
}

/* Receives one frame of this length, which a thread sends. Then a short one. */
static void expect_frame(size_t len) {
    int cue = eventfd(1, EFD_CLOEXEC);
    unsigned char *got = malloc(len), next[8];
    size_t got_len = SIZE_MAX;
    require(got != NULL && cue != -1, "find memory");
    pair = stream_kind_open(UNIX_STREAM, TO_US);
    sent = frame_of(len);
    sent_len = HEADER + len;
    at_cue_start(cue, say_all);
    expect_int(stream_recv_frame(pair.ours, got, len, &got_len), 1, "calling stream_recv_frame for %zu bytes", len);
    at_cue_join();
    expect_int(got_len, len, "the length in *len");
    expect_true(memcmp(got, sent + HEADER, len) == 0, "the payload of %zu bytes is right", len);
    stream_say(&pair, "\0\0\0\004next", 8);
    expect_int(stream_recv_frame(pair.ours, next, 8, &got_len), 1, "calling stream_recv_frame for the next frame");
    expect_bytes(next, got_len, "next", 4, "the payload of the next frame");
    free(sent);
    free(got);
    close(cue);
    tcp_close(&pair);
}

Test(stream_frame, is_received_with_any_length, .timeout = 3,
     .description = "UDP-MSG-017 UDP-MSG-017a UDP-MSG-023: frames of 1 to 66,051 bytes with exactly this cap") {
    static const size_t lengths[] = {1, 127, 128, 255, 256, 4095, 4096, 4097, 65535, 65536, 0x00010203};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        expect_frame(lengths[i]);
}

Test(stream_frame, may_be_empty_again_and_again, .timeout = 3,
     .description = "UDP-MSG-019a UDP-MSG-019b UDP-MSG-019: empty frames with and without room") {
    for (enum stream_kind kind = TCP_STREAM; kind <= UNIX_STREAM; kind++) {
        char buf[8];
        size_t len = SIZE_MAX;
        pair = stream_kind_open(kind, TO_US);
        expect_success(stream_send_frame(pair.ours, NULL, 0), "calling stream_send_frame with NULL and no bytes");
        expect_success(stream_send_frame(pair.ours, buf, 0), "calling stream_send_frame with no bytes");
        size_t got = tcp_hear(pair.theirs, buf, 8);
        expect_bytes(buf, got, "\0\0\0\0\0\0\0\0", 8, "what the other end receives");
        stream_say(&pair, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
        require(shutdown(pair.theirs, SHUT_WR) == 0, "shut a socket down");
        expect_int(stream_recv_frame(pair.ours, buf, sizeof buf, &len), 1, "an empty frame with room");
        expect_int(len, 0, "its length");
        len = SIZE_MAX;
        expect_int(stream_recv_frame(pair.ours, NULL, 0, &len), 1, "an empty frame with NULL and without room");
        expect_int(len, 0, "its length");
        len = SIZE_MAX;
        expect_int(stream_recv_frame(pair.ours, buf, 0, &len), 1, "an empty frame without room");
        expect_int(len, 0, "its length");
        tcp_close(&pair);
    }
}

/* A stream with two frames, of which the second is broken off, or with the first frame only. */
static void expect_end(enum stream_kind kind, size_t there) {
    char buf[8];
    size_t len;
    pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, "\0\0\0\003one\0\0\0\005three", 7 + there);
    stream_close_theirs(&pair);
    expect_success(stream_recv_frame(pair.ours, buf, 8, &len), "calling stream_recv_frame for the first frame");
    if (there == 0)
        for (int i = 0; i < 3; i++)
            expect_int(stream_recv_frame(pair.ours, i ? buf : NULL, i ? 8 : 0, &len), 0,
                       "calling stream_recv_frame at the end");
    else
        expect_error(stream_recv_frame(pair.ours, buf, 8, &len), EPROTO,
                     "calling stream_recv_frame on %s that ends after %zu bytes of a frame", stream_kind_name(kind),
                     there);
    tcp_close(&pair);
}

Test(stream_frame, returns_0_at_the_end_of_each_stream, .timeout = 3,
     .description = "UDP-MSG-020: the end of TCP and of a Unix socket, three times, also without room") {
    expect_end(TCP_STREAM, 0);
    expect_end(UNIX_STREAM, 0);
}

Test(stream_frame, breaks_off_at_every_byte, .timeout = 3,
     .description =
         "UDP-MSG-021 UDP-MSG-021a UDP-MSG-021b: TCP and Unix sockets that end after 1 to 8 bytes of a frame") {
    for (size_t there = 1; there < HEADER + 5; there++) {
        expect_end(TCP_STREAM, there);
        expect_end(UNIX_STREAM, there);
    }
}

/* The result of the second call, or the errno if it fails. */
static int second_result(enum stream_kind kind, size_t there) {
    char buf[8];
    size_t len;
    pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, "\0\0\0\003one\0\0\0\005three", 7 + there);
    stream_close_theirs(&pair);
    stream_recv_frame(pair.ours, buf, 8, &len);
    int result = stream_recv_frame(pair.ours, buf, 8, &len), error = errno;
    tcp_close(&pair);
    return result == -1 ? error : result;
}

Test(stream_frame, breaks_off_in_a_pipe, .timeout = 3,
     .description = "UDP-MSG-015a UDP-MSG-015b: pipes that end after 0 to 8 bytes of a second frame") {
    expect_written(stream_recv_frame(-1, (char[1]){0}, 1, &(size_t){0}));
    for (size_t there = 0; there < HEADER + 5; there++) {
        int on_socket = second_result(UNIX_STREAM, there);
        expect_int(second_result(PIPE_STREAM, there), on_socket, "the errno on a pipe, or 0, after %zu bytes", there);
        expect_int(second_result(NON_BLOCKING_PIPE, there), on_socket, "the same on a non-blocking pipe");
    }
}

Test(stream_frame, breaks_off_while_it_is_skipped, .timeout = 3,
     .description =
         "UDP-MSG-021c UDP-MSG-021: 0 to 8999 of 9000 bytes of a frame that does not fit, also at 512 and 4096") {
    static const size_t there[] = {0, 1, 2, 8, 511, 512, 513, 1024, 1500, 2048, 4095, 4096, 4097, 8191, 8192, 8999};
    unsigned char *frame = frame_of(9000);
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
        char buf[8];
        size_t len;
        pair = stream_kind_open(i % 2 ? TCP_STREAM : UNIX_STREAM, TO_US);
        stream_say(&pair, frame, HEADER + there[i]);
        stream_close_theirs(&pair);
        expect_error(stream_recv_frame(pair.ours, buf, i % 3 ? 8 : 0, &len), EPROTO,
                     "calling stream_recv_frame, %zu of 9000 bytes come", there[i]);
        tcp_close(&pair);
    }
    free(frame);
}

/* A frame that does not fit, and the next one. */
static void expect_skipped(enum stream_kind kind, size_t frame_len, size_t cap) {
    unsigned char *frame = frame_of(frame_len);
    char *buf = malloc(cap + 1), next[8];
    size_t len = SIZE_MAX;
    require(buf != NULL, "find memory");
    pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, frame, HEADER + frame_len);
    stream_say(&pair, "\0\0\0\004next", 8);
    expect_error(stream_recv_frame(pair.ours, cap > 0 ? buf : NULL, cap, &len), EMSGSIZE,
                 "calling stream_recv_frame with cap %zu for %zu bytes", cap, frame_len);
    expect_int(len, frame_len, "the length in *len");
    expect_success(stream_recv_frame(pair.ours, next, 8, &len), "calling stream_recv_frame for the next frame");
    expect_bytes(next, len, "next", 4, "the payload of the next frame");
    free(buf);
    free(frame);
    tcp_close(&pair);
}

Test(stream_frame, is_skipped_whatever_its_length, .timeout = 3,
     .description =
         "UDP-MSG-022a UDP-MSG-022: frames of 1 to 9000 bytes with cap 0 and NULL, 1, half, and one byte less") {
    static const size_t lengths[] = {1, 2, 9, 511, 512, 513, 1500, 2048, 2049, 4095, 4096, 4097, 8192, 9000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        enum stream_kind kind = i % 2 ? TCP_STREAM : UNIX_STREAM;
        expect_skipped(kind, lengths[i], 0);
        expect_skipped(kind, lengths[i], lengths[i] - 1);
        if (lengths[i] > 1)
            expect_skipped(kind, lengths[i], 1);
        expect_skipped(kind, lengths[i], lengths[i] / 2);
    }
}

/* The results of two calls: a frame that may be too long, and the next one. 100 more if its bytes are right. */
static int skip_over(enum stream_kind kind, size_t frame_len, size_t cap) {
    unsigned char *frame = frame_of(frame_len);
    char buf[8], next[8] = "";
    size_t len = 0;
    pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, frame, HEADER + frame_len);
    stream_say(&pair, "\0\0\0\004next", 8);
    stream_close_theirs(&pair);
    int first = stream_recv_frame(pair.ours, buf, cap, &len), second = stream_recv_frame(pair.ours, next, 8, &len);
    int is_right = second == 1 && len == 4 && memcmp(next, "next", 4) == 0 ? 100 : 0;
    free(frame);
    tcp_close(&pair);
    return first * 10 + second + is_right;
}

Test(stream_frame, is_skipped_in_a_pipe, .timeout = 3,
     .description =
         "UDP-MSG-015a UDP-MSG-015b: frames of 9 to 9000 bytes in pipes, with cap 8 and 0, compared with a socket") {
    expect_written(stream_recv_frame(-1, (char[1]){0}, 1, &(size_t){0}));
    for (size_t len = 9; len <= 9000; len += 999) {
        int on_socket = skip_over(UNIX_STREAM, len, 8), without_room = skip_over(UNIX_STREAM, len, 0);
        expect_int(skip_over(PIPE_STREAM, len, 8), on_socket, "two calls on a pipe, %zu bytes with cap 8", len);
        expect_int(skip_over(NON_BLOCKING_PIPE, len, 0), without_room, "the same on a non-blocking pipe with cap 0");
    }
}

Test(stream_frame, keeps_to_its_room_when_it_fails, .timeout = 3,
     .description = "UDP-MSG-023a UDP-MSG-023: 2 to 40 bytes that end early, fail or do not fit, with cap 4") {
    expect_written(stream_recv_frame(-1, (char[1]){0}, 1, &(size_t){0}));
    static const char guard[28] = "############################";
    for (size_t frame_len = 2; frame_len <= 40; frame_len++) {
        unsigned char *frame = frame_of(frame_len);
        for (int error = 0; error <= EIO; error += EIO) {
            char buf[32];
            size_t len;
            memset(buf, '#', sizeof buf);
            pair = stream_kind_open(UNIX_STREAM, TO_US);
            stream_say(&pair, frame, HEADER + frame_len - 1);
            stream_close_theirs(&pair);
            partial_io_start(pair.ours, (struct partial_io){.has_border = true,
                                                            .border = HEADER + frame_len / 2,
                                                            .border_error = error,
                                                            .waiting = -1});
            int result = stream_recv_frame(pair.ours, buf, 4, &len);
            partial_io_stop();
            expect_int(result, -1, "calling stream_recv_frame for a broken frame of %zu bytes", frame_len);
            expect_bytes(buf + 4, sizeof guard, guard, sizeof guard, "the bytes behind cap");
            tcp_close(&pair);
        }
        free(frame);
    }
}

/* How much address space this process has had at most, in kilobytes. */
static long most_memory(void) {
    char line[128];
    long most = -1;
    FILE *file = fopen("/proc/self/status", "r");
    require(file != NULL, "read /proc/self/status");
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmPeak: %ld", &most) == 1)
            break;
    fclose(file);
    return most;
}

/* A long claim, and a few bytes. Less than half of the first claim may be added to the address space. It is 128 MiB,
 * because the sandbox has no room for the longer ones. */
Test(stream_frame, takes_no_memory_for_a_claim, .timeout = 3,
     .description =
         "UDP-MSG-024 UDP-MSG-024a UDP-MSG-024b: claims of 16 MiB to 4 GiB, with 0 to 5000 bytes behind them") {
    static const char *const claims[] = {"\010\0\0\0", "\001\0\0\010", "\100\0\0\0",       "\177\377\377\377",
                                         "\200\0\0\0", "\200\0\0\001", "\377\377\377\374", "\377\377\377\377"};
    static const size_t there[] = {0, 8, 9, 4096, 5000};
    static const char payload[5000];
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        for (size_t k = 0; k < sizeof there / sizeof there[0]; k++) {
            char buf[16] = "################";
            size_t len;
            pair = stream_kind_open(k % 2 ? TCP_STREAM : UNIX_STREAM, TO_US);
            stream_say(&pair, claims[i], HEADER);
            stream_say(&pair, payload, there[k]);
            stream_close_theirs(&pair);
            long before = most_memory();
            expect_error(stream_recv_frame(pair.ours, buf, 8, &len), EPROTO,
                         "calling stream_recv_frame for claim %zu with %zu bytes", i + 1, there[k]);
            expect_true(most_memory() - before < 64 * 1024, "the call took less than 64 MiB (it took %ld kB)",
                        most_memory() - before);
            expect_bytes(buf + 8, 8, "########", 8, "the bytes behind cap");
            tcp_close(&pair);
        }
    }
}

Test(stream_frame, refuses_every_length_above_the_limit, .timeout = 3,
     .description = "UDP-MSG-025a UDP-MSG-025: five lengths up to SIZE_MAX, NULL as data, then a good frame") {
    static const size_t lengths[] = {(size_t)STREAM_FRAME_MAX + 1, (size_t)STREAM_FRAME_MAX + 6, (size_t)1 << 40,
                                     SIZE_MAX - 3, SIZE_MAX};
    pair = stream_kind_open(UNIX_STREAM, FROM_US);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        expect_error(stream_send_frame(pair.ours, NULL, lengths[i]), EMSGSIZE,
                     "calling stream_send_frame with %zu bytes", lengths[i]);
    expect_success(stream_send_frame(pair.ours, "ok", 2), "calling stream_send_frame with 2 bytes");
    char heard[16];
    stream_close_ours(&pair);
    size_t got = tcp_hear(pair.theirs, heard, sizeof heard);
    expect_bytes(heard, got, "\0\0\0\002ok", 6, "what the other end receives");
    tcp_close(&pair);
}

/* Calls that fail. Our descriptor stays open. What they return is the matter of other clauses. */
static void fail_in_every_way(enum stream_kind kind) {
    char buf[8];
    size_t len;
    signal(SIGPIPE, SIG_IGN);
    pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, "\0\0\0\011too long.\0\0\0\004par", 20);
    int before = open_descriptors();
    stream_recv_frame(pair.ours, buf, 4, &len);
    stream_send_frame(pair.ours, buf, SIZE_MAX);
    expect_int(open_descriptors(), before, "%s: the number of open descriptors after a frame that is too long",
               stream_kind_name(kind));
    stream_close_theirs(&pair);
    before = open_descriptors();
    stream_recv_frame(pair.ours, buf, 8, &len);
    expect_int(open_descriptors(), before, "%s: the number of open descriptors after a broken frame",
               stream_kind_name(kind));
    stream_recv_frame(pair.ours, buf, 8, &len);
    stream_read(pair.ours, buf, 8);
    if (kind < PIPE_STREAM) {
        stream_write(pair.ours, "x", 1);
        stream_send_frame(pair.ours, "x", 1);
    }
    expect_int(open_descriptors(), before, "%s: the number of open descriptors at the end", stream_kind_name(kind));
    expect_true(is_open(pair.ours), "%s: the caller's descriptor is open", stream_kind_name(kind));
    tcp_close(&pair);
}

/* A stream that ends somewhere in a frame, with or without room for it. */
static void expect_open_after_end(enum stream_kind kind, size_t there, size_t cap) {
    char buf[8];
    size_t len;
    pair = stream_kind_open(kind, TO_US);
    stream_say(&pair, "\0\0\0\005three", there);
    stream_close_theirs(&pair);
    stream_recv_frame(pair.ours, buf, cap, &len);
    expect_true(is_open(pair.ours), "%s: the caller's descriptor is open after the end at byte %zu",
                stream_kind_name(kind), there);
    tcp_close(&pair);
}

Test(stream_frame, leaves_nothing_behind_when_it_fails, .timeout = 3,
     .description = "UDP-MSG-026a UDP-MSG-026: too long, broken off, at the end, on each kind of stream") {
    expect_written(stream_send_frame(-1, "x", 1));
    expect_written(stream_recv_frame(-1, (char[1]){0}, 1, &(size_t){0}));
    for (enum stream_kind kind = TCP_STREAM; kind < STREAM_KINDS; kind++)
        fail_in_every_way(kind);
    for (size_t there = 0; there < HEADER + 5; there++) {
        expect_open_after_end(UNIX_STREAM, there, 8);
        expect_open_after_end(TCP_STREAM, there, 2);
    }
}
