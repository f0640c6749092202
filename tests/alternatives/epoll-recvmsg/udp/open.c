/* open.c - one address by udp_resolve, one socket, FD_CLOEXEC set by fcntl. */
#include <errno.h>
#include <fcntl.h>
#include <timeslice/udp.h>
#include <unistd.h>

int udp_bind(const char *host, uint16_t port) {
    struct udp_peer at;
    if (udp_resolve(&at, host, port) == -1)
        return -1;
    int fd = socket(at.addr.ss_family, SOCK_DGRAM, 0);
    if (fd == -1)
        return -1;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && bind(fd, (struct sockaddr *)&at.addr, at.len) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int udp_local(int fd, struct udp_peer *self) {
    self->len = sizeof self->addr;
    return getsockname(fd, (struct sockaddr *)&self->addr, &self->len);
}
