/* stream_kinds.c - opens streams of each kind, and does the simple work of their other end. */
#include "stream_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/core/narration.h"
#include "support/core/require.h"

static const char *const names[STREAM_KINDS] = {
    [TCP_STREAM] = "a TCP connection",
    [UNIX_STREAM] = "a Unix socket",
    [NON_BLOCKING_TCP] = "a non-blocking TCP connection",
    [NON_BLOCKING_UNIX] = "a non-blocking Unix socket",
    [PIPE_STREAM] = "a pipe",
    [NON_BLOCKING_PIPE] = "a non-blocking pipe",
};

static bool is_non_blocking(enum stream_kind kind) {
    return kind == NON_BLOCKING_TCP || kind == NON_BLOCKING_UNIX || kind == NON_BLOCKING_PIPE;
}

struct tcp_pair stream_kind_open(enum stream_kind kind, enum stream_way way) {
    struct tcp_pair pair;
    int ends[2];
    step("%s", names[kind]);
    if (kind == TCP_STREAM || kind == NON_BLOCKING_TCP) {
        pair = tcp_open();
    } else if (kind == UNIX_STREAM || kind == NON_BLOCKING_UNIX) {
        require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "make a pair of sockets");
        pair = (struct tcp_pair){.ours = ends[0], .theirs = ends[1]};
    } else {
        require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
        pair = (struct tcp_pair){.ours = ends[way == FROM_US], .theirs = ends[way == TO_US]};
    }
    if (is_non_blocking(kind))
        require(fcntl(pair.ours, F_SETFL, fcntl(pair.ours, F_GETFL) | O_NONBLOCK) == 0,
                "make a descriptor non-blocking");
    return pair;
}

const char *stream_kind_name(enum stream_kind kind) {
    return names[kind];
}

void stream_say(const struct tcp_pair *pair, const void *data, size_t len) {
    for (size_t done = 0; done < len;) {
        ssize_t some = write(pair->theirs, (const char *)data + done, len - done);
        require(some > 0 || errno == EINTR, "write to a stream");
        done += some > 0 ? (size_t)some : 0;
    }
}

void stream_close_theirs(struct tcp_pair *pair) {
    if (pair->theirs != -1)
        close(pair->theirs);
    pair->theirs = -1;
}

void stream_close_ours(struct tcp_pair *pair) {
    if (pair->ours != -1)
        close(pair->ours);
    pair->ours = -1;
}

bool stream_is_as_it_was(const struct tcp_pair *pair, enum stream_kind kind) {
    int flags = fcntl(pair->ours, F_GETFL);
    return flags != -1 && ((flags & O_NONBLOCK) != 0) == is_non_blocking(kind);
}

static struct {
    pthread_t thread;
    int cue;
    void (*action)(void);
} helper;

static void *act_at_cue(void *argument) {
    struct pollfd wait = {.fd = helper.cue, .events = POLLIN};
    while (poll(&wait, 1, -1) != 1)
        continue;
    helper.action();
    return argument;
}

void at_cue_start(int cue, void (*action)(void)) {
    sigset_t all, before;
    helper.cue = cue;
    helper.action = action;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    require(pthread_create(&helper.thread, NULL, act_at_cue, NULL) == 0, "start a thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void at_cue_join(void) {
    require(write(helper.cue, &(uint64_t){1}, sizeof(uint64_t)) == sizeof(uint64_t), "raise an eventfd");
    require(pthread_join(helper.thread, NULL) == 0, "join a thread");
}
