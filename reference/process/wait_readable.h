/* wait_readable.h - the one wait of this lab. Its descriptors become readable when a process has ended. */
#ifndef TIMESLICE_WAIT_READABLE_H
#define TIMESLICE_WAIT_READABLE_H

/* Waits until fd is readable, but not longer than timeout_ms milliseconds. A negative timeout has no end. A signal does
 * not end the wait and does not make it longer. Returns 0; -1 and ETIMEDOUT after the timeout, or errno of ppoll(2). */
int wait_readable(int fd, int timeout_ms);

#endif
