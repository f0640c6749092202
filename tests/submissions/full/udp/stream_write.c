#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

int stream_write(int fd, const void *data, size_t len) {
    const char *next = data;

    while (len > 0) {
        ssize_t put = send(fd, next, len, MSG_NOSIGNAL);
        if (put == -1 && errno == ENOTSOCK) {
            put = write(fd, next, len);
        }
        if (put >= 0) {
            next += put;
            len -= (size_t)put;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd watch = {.fd = fd, .events = POLLOUT};
            poll(&watch, 1, -1);
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}
