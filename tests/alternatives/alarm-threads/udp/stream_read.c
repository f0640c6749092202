/* stream_read.c - read, as often as it takes. */
#include "wait.h"

#include <errno.h>
#include <poll.h>
#include <timeslice/stream.h>
#include <unistd.h>

int worth_another_try(int fd, short events) {
    struct pollfd one = {.fd = fd, .events = events};
    if (errno == EINTR)
        return 0;
    if (errno != EAGAIN)
        return -1;
    return poll(&one, 1, -1) >= 0 || errno == EINTR ? 0 : -1;
}

ssize_t stream_read(int fd, void *buf, size_t len) {
    if (len == 0)
        return 0;
    char *next = buf, *end = next + len;
    while (next < end) {
        ssize_t came = read(fd, next, (size_t)(end - next));
        if (came > 0)
            next += came;
        else if (came == 0 && next == buf)
            return 0;
        else if (came == 0) {
            errno = EPROTO;
            return -1;
        } else if (worth_another_try(fd, POLLIN) < 0)
            return -1;
    }
    return (ssize_t)len;
}
