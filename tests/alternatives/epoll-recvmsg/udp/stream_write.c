/* stream_write.c - sendmsg of whatever is left, an epoll set to wait for room. */
#include "blocks.h"

#include <errno.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

void blocks_advance(struct blocks *blocks, size_t len) {
    while (blocks->count > 0 && len >= blocks->list->iov_len) {
        len -= blocks->list->iov_len;
        blocks->list++;
        blocks->count--;
    }
    if (blocks->count > 0) {
        blocks->list->iov_base = (char *)blocks->list->iov_base + len;
        blocks->list->iov_len -= len;
    }
}

bool blocks_go_on(int fd, unsigned events) {
    if (errno != EAGAIN)
        return errno == EINTR;
    struct epoll_event event = {.events = events};
    int set = epoll_create1(EPOLL_CLOEXEC);
    bool waited = set != -1 && epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) == 0 &&
                  (epoll_wait(set, &event, 1, -1) != -1 || errno == EINTR);
    int why = errno;
    if (set != -1)
        close(set);
    errno = why;
    return waited;
}

int blocks_send(int fd, struct blocks blocks) {
    blocks_advance(&blocks, 0);
    while (blocks.count > 0) {
        struct msghdr message = {.msg_iov = blocks.list, .msg_iovlen = blocks.count};
        ssize_t some = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (some == -1 && errno == ENOTSOCK)
            some = writev(fd, blocks.list, (int)blocks.count);
        if (some != -1)
            blocks_advance(&blocks, (size_t)some);
        else if (!blocks_go_on(fd, EPOLLOUT))
            return -1;
    }
    return 0;
}

int stream_write(int fd, const void *data, size_t len) {
    struct iovec whole = {.iov_base = (void *)data, .iov_len = len};
    return blocks_send(fd, (struct blocks){&whole, 1});
}
