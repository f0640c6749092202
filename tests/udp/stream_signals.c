/* stream_signals.c - the functions of stream.h leave signals and flags as they are. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <timeslice/stream.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/written.h"
#include "support/faults/partial_io.h"
#include "support/net/stream_kinds.h"

static volatile sig_atomic_t pipe_signals;

static void count_signal(int signal) {
    (void)signal;
    pipe_signals++;
}

/* What the caller does about SIGPIPE. */
struct manners {
    const char *name;
    void (*handler)(int);
    bool blocked, pending;
};
static const struct manners manners[] = {
    {"a handler", count_signal, false, false},
    {"a handler, blocked", count_signal, true, false},
    {"a handler, blocked and pending", count_signal, true, true},
    {"ignored", SIG_IGN, false, false},
    {"ignored and blocked", SIG_IGN, true, false},
    {"the default, blocked", SIG_DFL, true, false},
    {"the default, blocked and pending", SIG_DFL, true, true},
};
enum { MANNERS = sizeof manners / sizeof manners[0] };

static sigset_t only_pipes(void) {
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    return pipes;
}

/* Takes a pending SIGPIPE. Returns whether there was one. */
static bool take_pending(void) {
    sigset_t pipes = only_pipes(), pending;
    require(sigpending(&pending) == 0, "read the pending signals");
    if (!sigismember(&pending, SIGPIPE))
        return false;
    return sigtimedwait(&pipes, NULL, &(struct timespec){0}) == SIGPIPE;
}

/* Sets handler and mask, with SIGUSR2 blocked too. SIGPIPE becomes pending, or not. */
static void behave(const struct manners *how) {
    struct sigaction action = {.sa_handler = how->handler, .sa_flags = SA_NODEFER};
    sigset_t mask;
    step("SIGPIPE is %s", how->name);
    sigaddset(&action.sa_mask, SIGUSR1);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    if (how->blocked)
        sigaddset(&mask, SIGPIPE);
    require(sigaction(SIGPIPE, &action, NULL) == 0, "set a signal's handler");
    require(pthread_sigmask(SIG_SETMASK, &mask, NULL) == 0, "set the signal mask");
    take_pending();
    if (how->pending)
        require(raise(SIGPIPE) == 0, "raise a signal");
    pipe_signals = 0;
}

/* All signals that are blocked, and all that are pending, one bit each. */
static unsigned long long bits_of(const sigset_t *set) {
    unsigned long long bits = 0;
    for (int signal = 1; signal < 64; signal++)
        bits |= sigismember(set, signal) == 1 ? 1ULL << signal : 0;
    return bits;
}

struct mood {
    unsigned long long mask, pending;
    struct sigaction action;
};

static struct mood look(void) {
    struct mood mood;
    sigset_t mask, pending;
    require(sigaction(SIGPIPE, NULL, &mood.action) == 0, "read a signal's handler");
    require(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0, "read the signal mask");
    require(sigpending(&pending) == 0, "read the pending signals");
    mood.mask = bits_of(&mask);
    mood.pending = bits_of(&pending);
    return mood;
}

/* What the functions do: they succeed or fail, on a socket. */
enum deed { WRITE, WRITE_TO_DEAD, SEND_FRAME, SEND_FRAME_TO_DEAD, READ, READ_END, RECV_FRAME, DEEDS };
static const char *const deed_names[DEEDS] = {
    "stream_write", "stream_write to a dead peer",          "stream_send_frame", "stream_send_frame to a dead peer",
    "stream_read",  "stream_read in the middle of the end", "stream_recv_frame"};

/* The result is the matter of other clauses. */
static void do_it(enum deed deed, const struct tcp_pair *pair) {
    char buf[8];
    size_t len;
    if (deed == WRITE || deed == WRITE_TO_DEAD)
        stream_write(pair->ours, "hello", 5);
    else if (deed == SEND_FRAME || deed == SEND_FRAME_TO_DEAD)
        stream_send_frame(pair->ours, "hello", 5);
    else if (deed == RECV_FRAME)
        stream_recv_frame(pair->ours, buf, 8, &len);
    else
        stream_read(pair->ours, buf, deed == READ ? 4 : 8);
}

static struct tcp_pair prepare(enum deed deed, enum stream_kind kind) {
    struct tcp_pair pair = stream_kind_open(kind, TO_US);
    bool dead = deed == WRITE_TO_DEAD || deed == SEND_FRAME_TO_DEAD;
    if (deed == READ || deed == READ_END || deed == RECV_FRAME)
        stream_say(&pair, "\0\0\0\003abc", 7);
    if (dead && kind == TCP_STREAM)
        tcp_die(&pair);
    else if (dead || deed == READ_END)
        stream_close_theirs(&pair);
    return pair;
}

static void expect_unchanged(const struct manners *how, enum deed deed, enum stream_kind kind) {
    struct tcp_pair pair = prepare(deed, kind);
    behave(how);
    struct mood before = look();
    do_it(deed, &pair);
    struct mood after = look();
    const char *name = deed_names[deed];

    expect_true(after.mask == before.mask, "the signal mask is the same after %s, SIGPIPE was %s", name, how->name);
    expect_true(after.action.sa_handler == how->handler && after.action.sa_flags == before.action.sa_flags &&
                    bits_of(&after.action.sa_mask) == bits_of(&before.action.sa_mask),
                "the handler of SIGPIPE is the same after %s, SIGPIPE was %s", name, how->name);
    expect_int(pipe_signals, 0, "how many times the caller's handler of SIGPIPE ran in %s", name);
    expect_true(after.pending == before.pending, "the same signals are pending after %s, SIGPIPE was %s", name,
                how->name);
    expect_true(take_pending() == how->pending, "SIGPIPE was %s pending once", how->pending ? "really" : "not");
    tcp_close(&pair);
}

static void expect_manners(enum deed first, enum deed last) {
    for (size_t i = 0; i < MANNERS; i++) {
        for (enum deed deed = first; deed <= last; deed++) {
            expect_unchanged(&manners[i], deed, TCP_STREAM);
            expect_unchanged(&manners[i], deed, UNIX_STREAM);
        }
    }
}

Test(stream_signals, stay_as_they_are_while_writing, .timeout = 3,
     .description = "UDP-MSG-013a UDP-MSG-013b UDP-MSG-013c UDP-MSG-013d UDP-MSG-013: seven states of SIGPIPE, "
                    "stream_write to good and dead peers") {
    expect_written(stream_write(-1, "x", 1));
    expect_manners(WRITE, WRITE_TO_DEAD);
}

Test(stream_signals, stay_as_they_are_while_sending_frames, .timeout = 3,
     .description = "UDP-MSG-013a UDP-MSG-013b UDP-MSG-013c UDP-MSG-013d UDP-MSG-013: seven states of SIGPIPE, "
                    "stream_send_frame to good and dead peers") {
    expect_written(stream_send_frame(-1, "x", 1));
    expect_manners(SEND_FRAME, SEND_FRAME_TO_DEAD);
}

Test(stream_signals, stay_as_they_are_while_reading, .timeout = 3,
     .description = "UDP-MSG-013a UDP-MSG-013: seven states of SIGPIPE, a read, a broken read, and a frame") {
    expect_written(stream_read(-1, (char[1]){0}, 1));
    expect_manners(READ, RECV_FRAME);
}

/* A pipe without a reader: the caller's way with SIGPIPE decides what happens, but nobody changes that way. */
Test(stream_signals, stay_as_they_are_on_a_pipe, .timeout = 3,
     .description = "UDP-MSG-013a UDP-MSG-015c: SIGPIPE ignored, on a pipe that nobody reads") {
    struct tcp_pair pair = stream_kind_open(PIPE_STREAM, FROM_US);
    behave(&manners[3]);
    struct mood before = look();
    stream_close_theirs(&pair);
    expect_error(stream_write(pair.ours, "hello", 5), EPIPE, "calling stream_write on a pipe that nobody reads");
    expect_error(stream_send_frame(pair.ours, "hello", 5), EPIPE, "calling stream_send_frame on that pipe");
    struct mood after = look();
    expect_true(after.action.sa_handler == SIG_IGN, "SIGPIPE is still ignored");
    expect_true(after.mask == before.mask, "the signal mask is the same");
    tcp_close(&pair);
}

/* One call on a descriptor whose flags are watched. The border is an error, or the end of the stream. */
static void expect_flags(enum stream_kind kind, enum stream_way way, int error) {
    struct tcp_pair pair = stream_kind_open(kind, way);
    char buf[8];
    size_t len;
    if (way == TO_US)
        stream_say(&pair, "\0\0\0\003abc01234", 12);
    if (way == TO_US)
        stream_close_theirs(&pair);
    partial_io_start(pair.ours,
                     (struct partial_io){.has_border = true, .border = 7, .border_error = error, .waiting = -1});
    if (way == TO_US) {
        stream_recv_frame(pair.ours, buf, 8, &len);
        stream_read(pair.ours, buf, 8);
        stream_read(pair.ours, buf, 8);
    } else {
        stream_send_frame(pair.ours, "hello", 5);
        stream_write(pair.ours, "hello", 5);
    }
    struct partial_io_counts counts = partial_io_stop();
    expect_true(!counts.changed_flags, "%s: O_NONBLOCK did not change during any call", stream_kind_name(kind));
    expect_true(stream_is_as_it_was(&pair, kind), "%s: O_NONBLOCK is as it was", stream_kind_name(kind));
    tcp_close(&pair);
}

Test(stream_flags, stay_as_they_are, .timeout = 3,
     .description = "UDP-MSG-006a: every function on each kind of stream, with success, an error, a signal, the end") {
    expect_written(stream_read(-1, (char[1]){0}, 1));
    expect_written(stream_write(-1, "x", 1));
    static const int errors[] = {0, EINTR, EIO};
    for (enum stream_kind kind = TCP_STREAM; kind < STREAM_KINDS; kind++) {
        for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
            expect_flags(kind, TO_US, errors[i]);
            expect_flags(kind, FROM_US, errors[i]);
        }
    }
}
