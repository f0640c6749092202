/* stream_kinds.c - opens streams of each kind, and does the simple work of their other end. */
#include "stream_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/core/narration.h"
#include "support/core/require.h"

enum { TCP, UNIX_SOCKET, PIPE };

static const struct {
    int type;
    bool non_blocking;
    const char *name;
} kinds[STREAM_KINDS] = {
    {TCP, false, "a TCP connection"},
    {TCP, true, "a non-blocking TCP connection"},
    {UNIX_SOCKET, false, "a Unix socket"},
    {UNIX_SOCKET, true, "a non-blocking Unix socket"},
    {PIPE, false, "a pipe"},
    {PIPE, true, "a non-blocking pipe"},
};

struct tcp_pair stream_kind_open(unsigned kind, enum stream_way way) {
    struct tcp_pair pair;
    int ends[2];
    step("%s", kinds[kind].name);
    if (kinds[kind].type == TCP) {
        pair = tcp_open();
    } else if (kinds[kind].type == UNIX_SOCKET) {
        require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "make a pair of sockets");
        pair = (struct tcp_pair){.ours = ends[0], .theirs = ends[1]};
    } else {
        require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
        pair = (struct tcp_pair){.ours = ends[way == FROM_US], .theirs = ends[way == TO_US]};
    }
    if (kinds[kind].non_blocking)
        require(fcntl(pair.ours, F_SETFL, fcntl(pair.ours, F_GETFL) | O_NONBLOCK) == 0,
                "make a descriptor non-blocking");
    return pair;
}

const char *stream_kind_name(unsigned kind) {
    return kinds[kind].name;
}

bool stream_kind_is_non_blocking(unsigned kind) {
    return kinds[kind].non_blocking;
}

bool stream_kind_is_socket(unsigned kind) {
    return kinds[kind].type != PIPE;
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

bool stream_is_as_it_was(const struct tcp_pair *pair, unsigned kind) {
    int flags = fcntl(pair->ours, F_GETFL);
    return flags != -1 && ((flags & O_NONBLOCK) != 0) == kinds[kind].non_blocking;
}
