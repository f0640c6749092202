/* send.c - sendmsg with one buffer. */
#include <errno.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    struct iovec bytes = {.iov_base = (void *)data, .iov_len = len};
    struct msghdr message = {.msg_name = (void *)&to->addr, .msg_namelen = to->len, .msg_iov = &bytes, .msg_iovlen = 1};
    for (;;) {
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (sent != -1 || errno != EINTR)
            return sent;
    }
}
