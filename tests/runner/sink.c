/* sink.c - the descriptor for results, as they come. A reader that has gone, or does not read, delays nothing. */
#include "sink.h"

#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

enum { OUT_OF_THE_WAY = 100 };

static int sink = -1;

int sink_open(int fd) {
    if (sink >= 0) /* a lane's, from before its fork */
        close(sink);
    sink = fcntl(fd, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
    if (sink < 0 && errno == EINVAL) /* the limit of descriptors is lower */
        sink = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (sink >= 0 && fd > STDERR_FILENO)
        close(fd);
    return sink;
}

bool sink_wanted(void) {
    struct pollfd reader = {.fd = sink};
    if (poll(&reader, 1, 0) > 0 && (reader.revents & (POLLERR | POLLNVAL)) != 0)
        signals_stop();
    return !signals_stopped();
}

/* Waits until a little can be written without blocking. A signal to stop ends the wait. */
static bool wait_for_room(void) {
    struct pollfd room = {.fd = sink, .events = POLLOUT};
    while (sink_wanted()) {
        int ready = poll(&room, 1, 250);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
    return false;
}

void sink_write(struct text *text) {
    size_t done = 0;
    while (done < text->len && wait_for_room()) {
        size_t piece = text->len - done < PIPE_BUF ? text->len - done : PIPE_BUF;
        ssize_t written = write(sink, text->bytes + done, piece);
        if (written > 0)
            done += (size_t)written;
        else if (written < 0 && errno != EINTR && errno != EAGAIN)
            signals_stop();
    }
    text_clear(text);
}
