/* open.c - every address that the resolver knows is tried in turn. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <timeslice/udp.h>
#include <unistd.h>

int udp_bind(const char *host, uint16_t port) {
    struct udp_peer probe; /* for udp_resolve's errors */
    if (udp_resolve(&probe, host, port) < 0)
        return -1;
    struct addrinfo *list, hints = {.ai_socktype = SOCK_DGRAM, .ai_protocol = IPPROTO_UDP};
    char service[8];
    sprintf(service, "%hu", port);
    int wrong = getaddrinfo(host, service, &hints, &list);
    if (wrong != 0)
        return errno = wrong == EAI_MEMORY ? ENOMEM : ENOENT, -1;
    int fd = -1, why = ENOENT;
    for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, a->ai_protocol);
        if (fd >= 0 && bind(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        why = errno;
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    errno = why;
    return fd;
}

int udp_local(int fd, struct udp_peer *self) {
    socklen_t len = sizeof self->addr;
    int result = getsockname(fd, (struct sockaddr *)&self->addr, &len);
    self->len = len;
    return result;
}
