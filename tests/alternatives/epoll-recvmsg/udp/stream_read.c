/* stream_read.c - recvmsg into what is left of the buffer; readv where there is no socket. */
#include "blocks.h"

#include <errno.h>
#include <sys/socket.h>
#include <timeslice/stream.h>

static ssize_t take(int fd, struct blocks *blocks) {
    struct msghdr message = {.msg_iov = blocks->list, .msg_iovlen = blocks->count};
    ssize_t some = recvmsg(fd, &message, 0);
    return some == -1 && errno == ENOTSOCK ? readv(fd, blocks->list, (int)blocks->count) : some;
}

ssize_t stream_read(int fd, void *buf, size_t len) {
    struct iovec whole = {.iov_base = buf, .iov_len = len};
    struct blocks left = {&whole, 1};
    blocks_advance(&left, 0);
    while (left.count > 0) {
        ssize_t some = take(fd, &left);
        if (some > 0)
            blocks_advance(&left, (size_t)some);
        else if (some == 0 && whole.iov_len == len)
            return 0;
        else if (some == 0)
            return errno = EPROTO, -1;
        else if (!blocks_go_on(fd, EPOLLIN))
            return -1;
    }
    return (ssize_t)len;
}
