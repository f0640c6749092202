/* write_all.h - stream_write with flags for send(2), for a caller that has more to write. */
#ifndef TIMESLICE_WRITE_ALL_H
#define TIMESLICE_WRITE_ALL_H

#include <stddef.h>

/* Writes all len bytes. The flags are MSG_MORE if more bytes follow at once, or 0. Descriptors that are not sockets
 * ignore them. Returns 0. Errors: those of stream_write. */
int write_all(int fd, const void *data, size_t len, int flags);

#endif
