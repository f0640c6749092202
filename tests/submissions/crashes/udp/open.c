#include <errno.h>
#include <timeslice/udp.h>
#include <unistd.h>

int udp_bind(const char *host, uint16_t port) {
    struct udp_peer self;
    if (udp_resolve(&self, host, port) == -1) {
        return -1;
    }

    int fd = socket(self.addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd == -1) {
        return -1;
    }
    if (bind(fd, (struct sockaddr *)&self.addr, self.len) == -1) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

int udp_local(int fd, struct udp_peer *self) {
    self->len = sizeof self->addr;
    return getsockname(fd, (struct sockaddr *)&self->addr, &self->len);
}
