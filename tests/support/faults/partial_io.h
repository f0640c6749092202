/* partial_io.h - a rough stream descriptor: short counts and interruptions, as the kernel may make them, by the seed.
 *
 * Theory of operation: faults.c and partial_io.c wrap the calls that move bytes (read, write, send, recv and similar
 * ones). They also wrap the calls that wait (poll, select, epoll_wait and similar ones). A descriptor is rough for one
 * thread. Calls on it in that thread move fewer bytes than they were asked to, or fail with EINTR before they move any.
 *
 * EAGAIN always comes from the kernel. If a test wants it, the other end sends or takes bytes only after the code under
 * test got EAGAIN or began to wait. An eventfd reports that (`waiting`). So code that waits is woken, and the counts
 * show code that only tries again. */
#ifndef SUPPORT_FAULTS_PARTIAL_IO_H
#define SUPPORT_FAULTS_PARTIAL_IO_H

#include <stdbool.h>
#include <stddef.h>

/* How rough the descriptor is. A field of 0 (waiting: -1) does nothing. */
struct partial_io {
    unsigned most;      /* a call moves from 1 to this many bytes */
    unsigned interrupt; /* how many of 100 calls fail with EINTR */
    short events;       /* POLLIN or POLLOUT: a wait for these is counted */
    int waiting;        /* an eventfd that is raised when a call gets EAGAIN or a wait begins */
    int wait_error;     /* the first wait fails with this errno */

    /* The border is a place in the stream: no call moves bytes on both sides of it. When all bytes before it have
     * moved, the next call meets it: first at_border runs, then the call fails with border_error. */
    bool has_border;
    size_t border;           /* how many bytes are before it */
    int border_error;        /* 0: the call does its work */
    void (*at_border)(void); /* must not assert */
};

/* A border after so many bytes, at which the next call fails with error if error is not 0. */
struct partial_io partial_io_at(size_t border, int error);

/* What happened while it was rough. */
struct partial_io_counts {
    unsigned moved;       /* calls that moved bytes */
    unsigned interrupted; /* calls that failed with EINTR by the kit's doing */
    unsigned refused;     /* calls that got EAGAIN from the kernel */
    unsigned waits;       /* calls that waited for the events, with a timeout other than 0 */
    bool met_border;      /* a call met the border */
    bool changed_flags;   /* at some call, the descriptor was blocking, and before it was not, or the reverse */
};

/* From here on fd is rough for this thread. Do not assert between this and partial_io_stop. */
void partial_io_start(int fd, struct partial_io how);
struct partial_io_counts partial_io_stop(void);

#endif
