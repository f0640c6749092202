/* open.c - the addresses of the resolver one after the other, each with a new socket; FD_CLOEXEC set by fcntl. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <timeslice/udp.h>
#include <unistd.h>

static int open_at(const struct addrinfo *at) {
    int fd = socket(at->ai_family, SOCK_DGRAM, 0);
    if (fd == -1)
        return -1;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && bind(fd, at->ai_addr, at->ai_addrlen) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int udp_bind(const char *host, uint16_t port) {
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found = NULL;
    char service[8];
    if (host == NULL || *host == '\0') {
        errno = EINVAL;
        return -1;
    }
    snprintf(service, sizeof service, "%u", port);
    int error = getaddrinfo(host, service, &hints, &found);
    if (error != 0) {
        errno = error == EAI_MEMORY ? ENOMEM : ENOENT;
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *at = found; at != NULL && fd == -1; at = at->ai_next)
        fd = open_at(at);
    int why = errno;
    freeaddrinfo(found);
    errno = why;
    return fd;
}

int udp_local(int fd, struct udp_peer *self) {
    self->len = sizeof self->addr;
    return getsockname(fd, (struct sockaddr *)&self->addr, &self->len);
}
