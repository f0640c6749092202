/* stream_read.c - stream_read: exactly so many bytes, the end of a stream, and an end in the middle. */
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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

/* MANY random bytes that the other end sends, and a block of exactly that size for them. */
struct exchange {
    struct tcp_pair pair;
    unsigned char *sent, *got;
};

static struct exchange exchange_open(void) {
    struct exchange exchange = {tcp_open(), malloc(MANY), malloc(MANY)};
    struct dice dice = dice_for("payload");
    require(exchange.sent && exchange.got, "find memory");
    dice_fill(&dice, exchange.sent, MANY);
    memset(exchange.got, '#', MANY);
    return exchange;
}

static void exchange_close(struct exchange *exchange) {
    free(exchange->sent);
    free(exchange->got);
    tcp_close(&exchange->pair);
}

Test(stream_read, returns_exactly_what_was_asked_for, .timeout = 3,
     .description = "UDP-MSG-001: 1000 random bytes that come in pieces of 1 to 40") {
    struct exchange exchange = exchange_open();
    int fd = exchange.pair.ours;
    tcp_say(&exchange.pair, exchange.sent, MANY);
    partial_io_start(fd, (struct partial_io){.most = 40, .waiting = -1});
    ssize_t got = stream_read(fd, exchange.got, MANY);
    int error = errno;
    partial_io_stop();
    expect_int((errno = error, got), MANY, "calling stream_read for 1000 bytes that come in pieces");
    expect_bytes(exchange.got, MANY, exchange.sent, MANY, "the bytes that were read");
    exchange_close(&exchange);
}

Test(stream_read, takes_no_byte_more, .timeout = 3,
     .description = "UDP-MSG-002: 4 bytes where 10 are there, then a plain recv") {
    struct tcp_pair pair = tcp_open();
    char buf[4], left[16];
    tcp_say(&pair, "0123456789", 10);
    expect_int(stream_read(pair.ours, buf, 4), 4, "calling stream_read for 4 bytes when 10 are there");
    expect_bytes(buf, 4, "0123", 4, "the bytes that were read");
    size_t len = tcp_left(&pair, left, sizeof left);
    expect_bytes(left, len, "456789", 6, "what a plain recv gets afterwards");
    tcp_close(&pair);
}

Test(stream_read, returns_0_at_the_end, .timeout = 3, .description = "UDP-MSG-003: the end after 4 bytes, read twice") {
    struct tcp_pair pair = tcp_open();
    char buf[4];
    tcp_say(&pair, "last", 4);
    tcp_finish(&pair);
    expect_int(stream_read(pair.ours, buf, 4), 4, "calling stream_read for the last 4 bytes");
    expect_int(stream_read(pair.ours, buf, 4), 0, "calling stream_read at the end");
    expect_int(stream_read(pair.ours, buf, 4), 0, "calling stream_read at the end, once more");
    tcp_close(&pair);
}

Test(stream_read, reports_an_end_in_the_middle, .timeout = 3,
     .description = "UDP-MSG-004: 4 bytes where the stream has 3 and ends") {
    struct tcp_pair pair = tcp_open();
    char buf[4];
    tcp_say(&pair, "012", 3);
    tcp_finish(&pair);
    expect_error(stream_read(pair.ours, buf, 4), EPROTO,
                 "calling stream_read for 4 bytes when the stream has 3 and ends");
    tcp_close(&pair);
}

Test(stream_read, goes_on_after_a_signal, .timeout = 3,
     .description = "UDP-MSG-005: real signals between pieces, then many calls that fail with EINTR") {
    struct exchange exchange = exchange_open();
    int fd = exchange.pair.ours;
    static struct tcp_partner partner;
    interruptions_start(gettid(), 5); /* a real signal, before each piece */
    tcp_partner_sends(&partner, exchange.pair.theirs, interruptions_fd(), exchange.sent, 10, 3);
    expect_int(stream_read(fd, exchange.got, 10), 10, "calling stream_read for 10 bytes, a signal before each piece");
    tcp_partner_join(&partner);
    tcp_partner_free(&partner);
    interruptions_stop();
    expect_bytes(exchange.got, 10, exchange.sent, 10, "the bytes that were read");

    tcp_say(&exchange.pair, exchange.sent, MANY);
    partial_io_start(fd, (struct partial_io){.most = 40, .interrupt = 40, .waiting = -1});
    ssize_t got = stream_read(fd, exchange.got, MANY);
    int error = errno;
    partial_io_stop();
    expect_int((errno = error, got), MANY, "calling stream_read for 1000 bytes with many interruptions");
    expect_bytes(exchange.got, MANY, exchange.sent, MANY, "the bytes that were read");
    exchange_close(&exchange);
}

Test(stream_read, waits_on_a_non_blocking_descriptor, .timeout = 3,
     .description = "UDP-MSG-006: 1000 bytes on a non-blocking socket, one piece for each wait") {
    struct exchange exchange = exchange_open();
    int fd = exchange.pair.ours, waiting = eventfd(0, EFD_CLOEXEC);
    static struct tcp_partner partner;
    require(waiting != -1, "make an eventfd");
    require(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "make a descriptor non-blocking");
    tcp_partner_sends(&partner, exchange.pair.theirs, waiting, exchange.sent, MANY, 200);
    partial_io_start(fd, (struct partial_io){.events = POLLIN, .waiting = waiting});
    ssize_t got = stream_read(fd, exchange.got, MANY);
    int error = errno;
    struct partial_io_counts counts = partial_io_stop();
    expect_int((errno = error, got), MANY, "calling stream_read for 1000 bytes that come one piece for each wait");
    tcp_partner_join(&partner);
    tcp_partner_free(&partner);
    expect_bytes(exchange.got, MANY, exchange.sent, MANY, "the bytes that were read");
    expect_true(counts.refused <= 2 * counts.waits, "stream_read waits after EAGAIN, with poll, select or epoll");
    expect_true(fcntl(fd, F_GETFL) & O_NONBLOCK, "the descriptor is still non-blocking");
    close(waiting);
    exchange_close(&exchange);
}

Test(stream_read, reports_the_errno_of_the_kernel, .timeout = 3,
     .description = "UDP-MSG-007: a closed descriptor; connections reset at once and after 2 bytes") {
    struct tcp_pair pair = tcp_open();
    char buf[4];
    expect_error(stream_read(closed_descriptor(), buf, 4), EBADF,
                 "calling stream_read on a descriptor that is not open");
    tcp_reset(&pair);
    expect_error(stream_read(pair.ours, buf, 4), ECONNRESET, "calling stream_read on a connection that was reset");
    tcp_close(&pair);
    pair = tcp_open();
    tcp_say(&pair, "ab", 2);
    tcp_reset(&pair);
    expect_error(stream_read(pair.ours, buf, 4), ECONNRESET,
                 "calling stream_read for 4 bytes when 2 came before the reset");
    tcp_close(&pair);
}

Test(stream_read, reads_nothing_where_nothing_is_wanted, .timeout = 3,
     .description = "UDP-MSG-008: len 0 on an empty stream and on one with 2 bytes") {
    struct tcp_pair pair = tcp_open();
    char left[4];
    expect_int(stream_read(pair.ours, NULL, 0), 0, "calling stream_read for 0 bytes when none is there");
    tcp_say(&pair, "ab", 2);
    expect_int(stream_read(pair.ours, NULL, 0), 0, "calling stream_read for 0 bytes when 2 are there");
    size_t len = tcp_left(&pair, left, sizeof left);
    expect_bytes(left, len, "ab", 2, "what a plain recv gets afterwards");
    tcp_close(&pair);
}

Test(stream_read, reads_from_a_pipe, .timeout = 3,
     .description = "UDP-MSG-015: 16 bytes in a pipe, read in two halves") {
    int ends[2];
    char buf[8];
    require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    require(write(ends[1], "through the pipe", 16) == 16, "write to a pipe");
    close(ends[1]);
    expect_int(stream_read(ends[0], buf, 8), 8, "calling stream_read for 8 of 16 bytes in a pipe");
    expect_bytes(buf, 8, "through ", 8, "the bytes that were read");
    expect_int(stream_read(ends[0], buf, 8), 8, "calling stream_read for the other 8 bytes");
    expect_bytes(buf, 8, "the pipe", 8, "the bytes that were read");
    close(ends[0]);
}
