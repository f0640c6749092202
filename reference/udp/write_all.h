/* write_all.h - stream_write with flags for send(2), for those who have more to write. */
#ifndef TIMESLICE_WRITE_ALL_H
#define TIMESLICE_WRITE_ALL_H

#include <stddef.h>

/* Writes all len bytes. flags: MSG_MORE where more follows at once, or 0; what is no socket has none. Returns 0.
 * Errors: those of stream_write. */
int write_all(int fd, const void *data, size_t len, int flags);

#endif
