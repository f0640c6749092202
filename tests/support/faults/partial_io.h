/* partial_io.h - a stream descriptor as rough as the kernel may make it: short counts and interruptions, by the seed.
 *
 * Theory of operation: faults.c and partial_io.c wrap what moves bytes (read, write, send, recv and their kin) and what
 * waits (poll, select, epoll_wait and their kin). While one thread's descriptor is rough, its calls in that thread move
 * fewer bytes than they were asked to, or fail with EINTR before they moved any. EAGAIN is never made up: where a test
 * wants it, the other end sends or takes something only when the code under test was refused or waits, which an eventfd
 * tells (`waiting`). So whoever waits is woken, and whoever only tries again is seen to do so. */
#ifndef SUPPORT_FAULTS_PARTIAL_IO_H
#define SUPPORT_FAULTS_PARTIAL_IO_H

/* How rough. What is 0 (waiting: -1) does not happen. */
struct partial_io {
    unsigned most;      /* a call moves from 1 to this many bytes */
    unsigned interrupt; /* of 100 calls so many fail with EINTR */
    short events;       /* POLLIN or POLLOUT: a wait for these counts as one */
    int waiting;        /* an eventfd that is raised when a call is refused (EAGAIN) or a wait begins */
};

/* What happened meanwhile. */
struct partial_io_counts {
    unsigned moved;       /* calls that moved bytes */
    unsigned interrupted; /* calls that failed with EINTR by the kit's doing */
    unsigned refused;     /* calls that failed with EAGAIN, by the kernel's */
    unsigned waits;       /* calls that waited for the events, not with a timeout of 0 */
};

/* From here on fd is rough for this thread; no assertion may stand between this and partial_io_stop. */
void partial_io_start(int fd, struct partial_io how);
struct partial_io_counts partial_io_stop(void);

#endif
