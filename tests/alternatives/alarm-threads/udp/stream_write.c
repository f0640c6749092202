/* stream_write.c - send, which has a flag against SIGPIPE. What is no socket says so at the first send. */
#include "wait.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

int stream_write(int fd, const void *data, size_t len) {
    int is_socket = 1;
    for (size_t done = 0; done < len;) {
        const char *rest = (const char *)data + done;
        ssize_t went = is_socket ? send(fd, rest, len - done, MSG_NOSIGNAL) : write(fd, rest, len - done);
        if (went >= 0)
            done += (size_t)went;
        else if (errno == ENOTSOCK && is_socket)
            is_socket = 0;
        else if (worth_another_try(fd, POLLOUT) < 0)
            return -1;
    }
    return 0;
}
