#include <errno.h>
#include <poll.h>
#include <timeslice/stream.h>
#include <unistd.h>

ssize_t stream_read(int fd, void *buf, size_t len) {
    char *next = buf;
    size_t missing = len;

    while (missing > 0) {
        ssize_t got = read(fd, next, missing);
        if (got > 0) {
            next += got;
            missing -= (size_t)got;
        } else if (got == 0) {
            if (missing == len) {
                return 0;
            }
            errno = EPROTO;
            return -1;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd watch = {.fd = fd, .events = POLLIN};
            poll(&watch, 1, -1);
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return (ssize_t)len;
}
