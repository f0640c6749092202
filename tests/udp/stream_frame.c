/* stream_frame.c - stream_send_frame and stream_recv_frame: messages in a stream. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/stream.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/faults/partial_io.h"
#include "support/net/tcp_pair.h"

enum { FRAMES = 20, LONGEST = 40, ROOM = FRAMES * (STREAM_FRAME_HEADER + LONGEST) };

/* Random frames, and the stream that they make by the spec. */
struct frames {
    size_t len[FRAMES];
    unsigned char payload[FRAMES][LONGEST];
    unsigned char stream[ROOM];
    size_t stream_len;
};

/* Appends a frame to a stream, with the kit's own plain shifts. Returns the new length of the stream. */
static size_t add_frame(unsigned char *stream, size_t at, const void *payload, size_t len) {
    for (int byte = 0; byte < STREAM_FRAME_HEADER; byte++)
        stream[at++] = (unsigned char)(len >> 8 * (3 - byte) & 0xff);
    memcpy(stream + at, payload, len);
    return at + len;
}

static void make_frames(struct frames *frames) {
    struct dice dice = dice_for("frames");
    frames->stream_len = 0;
    for (size_t i = 0; i < FRAMES; i++) {
        frames->len[i] = dice_below(&dice, LONGEST + 1);
        dice_fill(&dice, frames->payload[i], frames->len[i]);
        frames->stream_len = add_frame(frames->stream, frames->stream_len, frames->payload[i], frames->len[i]);
    }
}

/* stream_recv_frame must return this frame. */
static void expect_frame(int fd, const void *payload, size_t len) {
    size_t got_len = SIZE_MAX;
    char buf[64];
    expect_success(stream_recv_frame(fd, buf, sizeof buf, &got_len),
                   "calling stream_recv_frame for a frame of %zu bytes", len);
    expect_int(got_len, len, "the length of the frame");
    expect_bytes(buf, got_len, payload, len, "the payload of the frame");
}

/* Closes our end. All that the other end receives must be these bytes. */
static void expect_heard(struct tcp_pair *pair, const void *data, size_t len) {
    char heard[ROOM + 1];
    require(shutdown(pair->ours, SHUT_WR) == 0, "shut a socket down");
    size_t heard_len = tcp_hear(pair->theirs, heard, sizeof heard);
    expect_bytes(heard, heard_len, data, len, "what the other end receives");
}

Test(stream_frame, sends_the_length_and_then_the_payload, .timeout = 3,
     .description = "UDP-MSG-016: frames of 5 and 258 bytes, compared byte by byte") {
    struct tcp_pair pair = tcp_open();
    unsigned char payload[258] = "hello", expected[STREAM_FRAME_HEADER * 2 + 5 + sizeof payload];
    size_t len = add_frame(expected, add_frame(expected, 0, "hello", 5), payload, sizeof payload);
    expect_int(stream_send_frame(pair.ours, "hello", 5), 0, "calling stream_send_frame with 5 bytes");
    expect_int(stream_send_frame(pair.ours, payload, sizeof payload), 0, "calling stream_send_frame with 258 bytes");
    expect_heard(&pair, expected, len);
    tcp_close(&pair);
}

Test(stream_frame, takes_one_frame_out_of_a_glued_stream, .timeout = 3,
     .description = "UDP-MSG-017: two frames glued together, and the start of a third") {
    struct tcp_pair pair = tcp_open();
    char left[16];
    tcp_say(&pair, "\0\0\0\3one\0\0\0\5three\0\0", 18);
    expect_frame(pair.ours, "one", 3);
    expect_frame(pair.ours, "three", 5);
    size_t len = tcp_left(&pair, left, sizeof left);
    expect_bytes(left, len, "\0\0", 2, "what a plain recv gets afterwards: the start of a third frame");
    tcp_close(&pair);
}

Test(stream_frame, puts_a_frame_together_from_pieces, .timeout = 3,
     .description = "UDP-MSG-018: 20 random frames received 1 to 3 bytes at a time, with interruptions") {
    static struct frames frames;
    struct tcp_pair pair = tcp_open();
    make_frames(&frames);
    tcp_say(&pair, frames.stream, frames.stream_len);
    for (size_t i = 0; i < FRAMES; i++) {
        char buf[LONGEST];
        size_t len = SIZE_MAX;
        partial_io_start(pair.ours, (struct partial_io){.most = 3, .interrupt = 30, .waiting = -1});
        int result = stream_recv_frame(pair.ours, buf, sizeof buf, &len), error = errno;
        partial_io_stop();
        expect_success((errno = error, result), "calling stream_recv_frame for frame %zu", i + 1);
        expect_bytes(buf, len, frames.payload[i], frames.len[i], "the payload of frame %zu", i + 1);
    }
    tcp_close(&pair);
}

Test(stream_frame, sends_a_frame_in_pieces, .timeout = 3,
     .description = "UDP-MSG-018: 20 random frames sent 1 to 3 bytes at a time, with interruptions") {
    static struct frames frames;
    struct tcp_pair pair = tcp_open();
    make_frames(&frames);
    for (size_t i = 0; i < FRAMES; i++) {
        partial_io_start(pair.ours, (struct partial_io){.most = 3, .interrupt = 30, .waiting = -1});
        int result = stream_send_frame(pair.ours, frames.payload[i], frames.len[i]), error = errno;
        partial_io_stop();
        expect_success((errno = error, result), "calling stream_send_frame with frame %zu", i + 1);
    }
    expect_heard(&pair, frames.stream, frames.stream_len);
    tcp_close(&pair);
}

Test(stream_frame, takes_an_empty_frame_for_a_frame, .timeout = 3,
     .description = "UDP-MSG-019: an empty frame received with cap 0, and one sent") {
    struct tcp_pair pair = tcp_open();
    size_t len = SIZE_MAX;
    tcp_say(&pair, "\0\0\0\0\0\0\0\2ab", 10);
    expect_int(stream_recv_frame(pair.ours, NULL, 0, &len), 1,
               "calling stream_recv_frame with cap 0, for an empty frame");
    expect_int(len, 0, "the length of the frame");
    expect_frame(pair.ours, "ab", 2);
    expect_success(stream_send_frame(pair.ours, NULL, 0), "calling stream_send_frame with no bytes");
    expect_heard(&pair, "\0\0\0\0", 4);
    tcp_close(&pair);
}

Test(stream_frame, returns_0_at_the_end, .timeout = 3,
     .description = "UDP-MSG-020: the end after one frame, read twice") {
    struct tcp_pair pair = tcp_open();
    size_t len;
    char buf[8];
    tcp_say(&pair, "\0\0\0\4last", 8);
    tcp_finish(&pair);
    expect_frame(pair.ours, "last", 4);
    expect_int(stream_recv_frame(pair.ours, buf, sizeof buf, &len), 0, "calling stream_recv_frame at the end");
    expect_int(stream_recv_frame(pair.ours, buf, sizeof buf, &len), 0,
               "calling stream_recv_frame at the end, once more");
    tcp_close(&pair);
}

/* A stream that ends after len bytes of a frame of 5. */
static void expect_broken_frame(size_t len) {
    struct tcp_pair pair = tcp_open();
    size_t got_len;
    char buf[8];
    tcp_say(&pair, "\0\0\0\5hello", len);
    tcp_finish(&pair);
    expect_error(stream_recv_frame(pair.ours, buf, sizeof buf, &got_len), EPROTO,
                 "calling stream_recv_frame on a stream that ends after %zu of 9 bytes of a frame", len);
    tcp_close(&pair);
}

Test(stream_frame, reports_an_end_within_the_header, .timeout = 3,
     .description = "UDP-MSG-021: the end after 1, 2 and 3 bytes of a header") {
    for (size_t len = 1; len < STREAM_FRAME_HEADER; len++)
        expect_broken_frame(len);
}

Test(stream_frame, reports_an_end_within_the_payload, .timeout = 3,
     .description = "UDP-MSG-021: the end after 0 to 4 of 5 bytes of payload") {
    for (size_t len = STREAM_FRAME_HEADER; len < STREAM_FRAME_HEADER + 5; len++)
        expect_broken_frame(len);
}

Test(stream_frame, skips_a_frame_that_is_too_long, .timeout = 3,
     .description = "UDP-MSG-022: a frame of 9000 bytes with cap 8, then a short one") {
    static unsigned char stream[9000 + 2 * STREAM_FRAME_HEADER + 4], payload[9000];
    struct tcp_pair pair = tcp_open();
    size_t got_len = SIZE_MAX;
    char buf[8];
    tcp_say(&pair, stream, add_frame(stream, add_frame(stream, 0, payload, sizeof payload), "next", 4));
    expect_error(stream_recv_frame(pair.ours, buf, sizeof buf, &got_len), EMSGSIZE,
                 "calling stream_recv_frame with cap 8, for 9000 bytes");
    expect_int(got_len, sizeof payload, "the length in *len");
    expect_frame(pair.ours, "next", 4);
    tcp_close(&pair);
}

Test(stream_frame, never_writes_past_the_end_of_the_buffer, .timeout = 3,
     .description = "UDP-MSG-023: frames of 4 and 5 bytes with cap 4, in a buffer of 16") {
    struct tcp_pair pair = tcp_open();
    char buf[16], expected[16];
    size_t len = SIZE_MAX;
    memset(buf, '#', sizeof buf);
    memset(expected, '#', sizeof expected);
    tcp_say(&pair, "\0\0\0\4full\0\0\0\5 more", 17);
    expect_success(stream_recv_frame(pair.ours, buf, 4, &len), "calling stream_recv_frame with cap 4, for 4 bytes");
    expect_bytes(buf, len, "full", 4, "the payload of the frame");
    expect_error(stream_recv_frame(pair.ours, buf, 4, &len), EMSGSIZE,
                 "calling stream_recv_frame with cap 4, for 5 bytes");
    expect_bytes(buf + 4, sizeof buf - 4, expected + 4, sizeof buf - 4,
                 "the bytes after cap, which were filled with #");
    tcp_close(&pair);
}

Test(stream_frame, does_not_trust_a_length, .timeout = 3,
     .description = "UDP-MSG-024: lengths of 4 GiB and 2 GiB, and 17 bytes of payload") {
    static const char *const claims[] = {"\377\377\377\377", "\200\0\0\0"};
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        struct tcp_pair pair = tcp_open();
        char buf[32], expected[24];
        size_t len;
        memset(buf, '#', sizeof buf);
        memset(expected, '#', sizeof expected);
        tcp_say(&pair, claims[i], STREAM_FRAME_HEADER);
        tcp_say(&pair, "no more than this", 17);
        tcp_finish(&pair);
        expect_error(stream_recv_frame(pair.ours, buf, 8, &len), EPROTO,
                     "calling stream_recv_frame for a frame that claims %s and has 17 bytes", i ? "2 GiB" : "4 GiB");
        expect_bytes(buf + 8, sizeof buf - 8, expected, sizeof expected,
                     "the bytes after cap, which were filled with #");
        tcp_close(&pair);
    }
}

Test(stream_frame, refuses_what_no_header_can_tell, .timeout = 3,
     .description = "UDP-MSG-025: a payload of 4 GiB, then looks at what was sent") {
    struct tcp_pair pair = tcp_open();
    expect_error(stream_send_frame(pair.ours, "x", (size_t)STREAM_FRAME_MAX + 1), EMSGSIZE,
                 "calling stream_send_frame with 4 GiB");
    expect_heard(&pair, "", 0);
    tcp_close(&pair);
}

Test(stream_frame, leaves_nothing_behind, .timeout = 3,
     .description = "UDP-MSG-026: every function with blocks of 0 to 7 bytes, then failures") {
    struct tcp_pair pair = tcp_open();
    int before = open_descriptors();
    ssize_t read = 0;
    for (size_t cap = 0; cap < 8; cap++) {
        char *buf = malloc(cap); /* exactly cap bytes: to read or write one more is an error */
        size_t len;
        require(buf != NULL, "find memory");
        memset(buf, 'x', cap);
        tcp_say(&pair, "\0\0\0\4four", 8);
        stream_recv_frame(pair.ours, buf, cap, &len);
        tcp_say(&pair, "01234567", cap);
        read += stream_read(pair.ours, buf, cap) > 0 && buf[0] == '0'; /* the result is the matter of other clauses */
        stream_write(pair.ours, buf, cap);
        expect_success(stream_send_frame(pair.ours, buf, cap), "calling stream_send_frame with %zu bytes", cap);
        free(buf);
    }
    tcp_finish(&pair);
    char byte = 0;
    size_t len;
    expect_true(stream_recv_frame(pair.ours, &byte, 1, &len) != -1 || errno != ENOSYS, "stream_recv_frame is written");
    stream_read(closed_descriptor(), &byte, 1);
    stream_write(closed_descriptor(), &byte, 1);
    expect_int(open_descriptors(), before, "the number of open descriptors after all this");
    expect_true(read > 0, "stream_read has read something");
    expect_true(recv(pair.theirs, &byte, 1, MSG_DONTWAIT) == 1, "something has come to the other end");
    tcp_close(&pair);
}
