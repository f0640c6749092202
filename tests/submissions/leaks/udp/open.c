#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <timeslice/udp.h>

/* Where bind fails, the socket stays open. */
int udp_bind(const char *host, uint16_t port) {
    if (host == NULL || host[0] == '\0') {
        errno = EINVAL;
        return -1;
    }

    char service[6];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    int problem = getaddrinfo(host, service, &hints, &list);
    if (problem != 0) {
        errno = problem == EAI_MEMORY ? ENOMEM : ENOENT;
        return -1;
    }

    int fd = -1;
    int why = 0;
    for (struct addrinfo *one = list; one != NULL && fd == -1; one = one->ai_next) {
        fd = socket(one->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd == -1) {
            why = errno;
        } else if (bind(fd, one->ai_addr, one->ai_addrlen) == -1) {
            why = errno;
            fd = -1;
        }
    }
    freeaddrinfo(list);
    errno = why;
    return fd;
}

int udp_local(int fd, struct udp_peer *self) {
    self->len = sizeof self->addr;
    return getsockname(fd, (struct sockaddr *)&self->addr, &self->len);
}
