/* stream_read.c - reads exactly len bytes from a stream. */
#include "ready.h"

#include <timeslice/stream.h>
#include <unistd.h>

/* UDP-MSG-002: it asks only for the bytes that are missing, so the others stay in the stream. UDP-MSG-008: if none is
 * missing, it makes no call. UDP-MSG-015: it uses read, because recv refuses a pipe. UDP-CMP-001, UDP-CMP-002: after a
 * short read it goes on where the read stopped. It does not see where one send ended and the next began. */
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
        errno = EPROTO; /* UDP-MSG-004: the stream ended in the middle */
        return -1;
    }
    return (ssize_t)got; /* UDP-MSG-003, UDP-CMP-005: 0 is the end */
}
