/* stream_read.c - exactly so many bytes out of a stream. */
#include "ready.h"

#include <timeslice/stream.h>
#include <unistd.h>

/* UDP-MSG-002: asked for what is missing and no more, so what follows stays in the stream. UDP-MSG-008: where nothing
 * is missing, nothing is asked for. UDP-MSG-015: read, for recv would refuse a pipe. UDP-CMP-001, UDP-CMP-002: a short
 * read is continued where it stopped, across what the sender may have thought to be borders. */
ssize_t stream_read(int fd, void *buf, size_t len) {
    size_t got = 0;
    while (got < len) { /* UDP-MSG-001 */
        ssize_t some = read(fd, (char *)buf + got, len - got);
        if (some == 0)
            break;
        if (some > 0)
            got += (size_t)some;
        else if (errno == EAGAIN && wait_for(fd, POLLIN) < 0) /* UDP-MSG-006 */
            return -1;
        else if (errno != EAGAIN && errno != EINTR) /* UDP-MSG-005, UDP-MSG-007 */
            return -1;
    }
    if (got > 0 && got < len) {
        errno = EPROTO; /* UDP-MSG-004: half of something is not the end of everything */
        return -1;
    }
    return (ssize_t)got; /* UDP-MSG-003, UDP-CMP-005: 0 is the end */
}
