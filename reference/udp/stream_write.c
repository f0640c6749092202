/* stream_write.c - writes all bytes to a stream, however few it takes at a time. */
#include "ready.h"
#include "write_all.h"

#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

/* Writes as many bytes as go in. UDP-MSG-012, UDP-MSG-013: send has a flag that stops SIGPIPE for this one call. The
 * function write has none, so it is only for descriptors that are not sockets (UDP-MSG-015). */
static ssize_t write_some(int fd, const void *data, size_t len, int flags) {
    ssize_t some = send(fd, data, len, flags | MSG_NOSIGNAL);
    return some < 0 && errno == ENOTSOCK ? write(fd, data, len) : some;
}

int write_all(int fd, const void *data, size_t len, int flags) {
    size_t done = 0;
    while (done < len) { /* UDP-MSG-009 */
        ssize_t some = write_some(fd, (const char *)data + done, len - done, flags);
        if (some >= 0)
            done += (size_t)some;
        else if (errno == EAGAIN && wait_for(fd, POLLOUT) < 0) /* UDP-MSG-011 */
            return -1;
        else if (errno != EAGAIN && errno != EINTR) /* UDP-MSG-010, UDP-MSG-014 */
            return -1;
    }
    return 0;
}

/* UDP-CMP-003: if the other end does not read, this waits, and nothing is dropped. UDP-CMP-004: a write of no bytes
 * does nothing. */
int stream_write(int fd, const void *data, size_t len) {
    return write_all(fd, data, len, 0);
}
