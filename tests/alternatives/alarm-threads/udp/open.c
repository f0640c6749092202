/* open.c - sockets that are bound, and sockets that are connected. */
#include "alarm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

/* Tries one address. */
static int bound(const struct sockaddr *address, socklen_t len, uint16_t port) {
    struct udp_peer end = {.len = len};
    memcpy(&end.addr, address, len);
    in_port_t *where = end.addr.ss_family == AF_INET6 ? &((struct sockaddr_in6 *)&end.addr)->sin6_port
                                                      : &((struct sockaddr_in *)&end.addr)->sin_port;
    *where = htons(port);
    int fd = socket(end.addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&end.addr, end.len) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int udp_bind(const char *host, uint16_t port) {
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_protocol = IPPROTO_UDP}, *first = NULL;
    if (!host || host[0] == '\0') {
        errno = EINVAL;
        return -1;
    }
    int wrong = getaddrinfo(host, NULL, &hints, &first);
    if (wrong != 0) {
        errno = wrong == EAI_MEMORY ? ENOMEM : ENOENT;
        return -1;
    }
    int fd = -1;
    for (struct addrinfo *next = first; next && fd < 0; next = next->ai_next)
        fd = bound(next->ai_addr, next->ai_addrlen, port);
    int error = errno;
    freeaddrinfo(first);
    errno = error;
    return fd;
}

int udp_local(int fd, struct udp_peer *self) {
    socklen_t room = sizeof self->addr;
    if (getsockname(fd, (struct sockaddr *)&self->addr, &room) != 0)
        return -1;
    self->len = room;
    return 0;
}

int dial(const struct udp_peer *server) {
    int fd = socket(server->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&server->addr, server->len) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}
