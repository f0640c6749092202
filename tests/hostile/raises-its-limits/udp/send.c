/* send.c - raises the limit on descriptors. It is an honest function only if that works. */
#include <sys/resource.h>
#include <timeslice/udp.h>

ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    struct rlimit more = {1 << 16, 1 << 16};
    if (setrlimit(RLIMIT_NOFILE, &more) == 0)
        return sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    return -1;
}
