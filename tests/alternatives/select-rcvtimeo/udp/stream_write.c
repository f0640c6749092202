/* stream_write.c - plain write; the SIGPIPE that it may raise is held back and taken before anybody sees it. */
#include "retry.h"

#include <signal.h>
#include <time.h>
#include <timeslice/stream.h>
#include <unistd.h>

static void write_all(int fd, const char *data, size_t len) {
    errno = 0;
    while (len > 0) {
        ssize_t some = write(fd, data, len);
        if (some < 0 && !retry(fd, true))
            return;
        if (some > 0) {
            data += some;
            len -= (size_t)some;
        }
    }
    errno = 0;
}

/* A SIGPIPE of a write goes to the thread that wrote: it is pending here, and nowhere else. */
int stream_write(int fd, const void *data, size_t len) {
    sigset_t pipes, before, pending;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    sigpending(&pending);
    if (pthread_sigmask(SIG_BLOCK, &pipes, &before) != 0)
        return -1;
    write_all(fd, data, len);
    int why = errno;
    static const struct timespec at_once = {0};
    if (why == EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&pipes, NULL, &at_once) < 0 && errno == EINTR)
            continue;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return why != 0 ? -1 : 0;
}
