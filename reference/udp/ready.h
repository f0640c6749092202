/* ready.h - waits on a descriptor that has given EAGAIN: for ever, or until a deadline.
 *
 * UDP-FAULT-001: after a signal, the caller makes its call again, or the wait goes on. */
#ifndef TIMESLICE_READY_H
#define TIMESLICE_READY_H

#include <errno.h>
#include <poll.h>

#include "deadline.h"

/* Waits until fd is ready for events (POLLIN, POLLOUT) or has an error, or until a signal comes. The next call on fd
 * shows which of these it was. Returns 0, or -1 and errno. */
static inline int wait_for(int fd, short events) {
    struct pollfd watched = {.fd = fd, .events = events};
    return poll(&watched, 1, -1) < 0 && errno != EINTR ? -1 : 0;
}

/* Waits until fd has a datagram or an error. A signal does not change the deadline. Returns 0, or -1 and ETIMEDOUT
 * after the deadline has passed. */
static inline int wait_until(int fd, deadline end) {
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    int ready;
    do
        ready = poll(&watched, 1, deadline_left_ms(end)); /* UDP-RX-010, UDP-RX-011, UDP-TIME-033, UDP-TIME-036 */
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        errno = ETIMEDOUT; /* UDP-RX-007, UDP-TIME-034 */
    return ready > 0 ? 0 : -1;
}

#endif
