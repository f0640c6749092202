/* ready.h - waits on a descriptor that has given EAGAIN. */
#ifndef TIMESLICE_READY_H
#define TIMESLICE_READY_H

#include <errno.h>
#include <poll.h>

/* Waits until fd is ready for events (POLLIN, POLLOUT) or has an error, or until a signal comes. The next call on fd
 * shows which of these it was. Returns 0, or -1 and errno. */
static inline int wait_for(int fd, short events) {
    struct pollfd watched = {.fd = fd, .events = events};
    return poll(&watched, 1, -1) < 0 && errno != EINTR ? -1 : 0;
}

#endif
