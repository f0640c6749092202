/* stream_read.c - recv with MSG_WAITALL, resumed where it was cut short. */
#include "retry.h"

#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

static ssize_t take(int fd, char *at, size_t len) {
    ssize_t some = recv(fd, at, len, MSG_WAITALL);
    if (some < 0 && errno == ENOTSOCK)
        some = read(fd, at, len);
    return some;
}

ssize_t stream_read(int fd, void *buf, size_t len) {
    char *at = buf, *end = at + len;
    for (; at != end;) {
        ssize_t some = take(fd, at, (size_t)(end - at));
        if (some < 0 && !retry(fd, false))
            return -1;
        if (some == 0)
            break;
        at += some > 0 ? some : 0;
    }
    if (at != end && at != (char *)buf)
        return errno = EPROTO, -1;
    return at - (char *)buf;
}
