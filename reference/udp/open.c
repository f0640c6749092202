/* open.c - opens a bound socket, and asks for its address. */
#include "resolve.h"

#include <errno.h>
#include <timeslice/udp.h>
#include <unistd.h>

/* Closes fd and returns -1. Keeps the errno from before. */
static int give_up(int fd) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

/* Opens a socket of the family of the address, and binds it to that address. */
static int bind_to(const struct addrinfo *address) {
    /* UDP-OPEN-012 */
    int fd = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    /* UDP-OPEN-008, UDP-OPEN-009, UDP-OPEN-010. UDP-OPEN-011: there is no SO_REUSEADDR here. With it, two UDP sockets
     * could share one port, and only one of them would get the datagrams. */
    if (bind(fd, address->ai_addr, address->ai_addrlen) < 0)
        return give_up(fd); /* UDP-OPEN-013 */
    return fd;
}

int udp_bind(const char *host, uint16_t port) {
    struct addrinfo *list;
    if (resolve_all(host, port, &list) < 0)
        return -1;
    int fd = -1;
    for (const struct addrinfo *address = list; address != NULL && fd < 0; address = address->ai_next)
        fd = bind_to(address);
    int reason = errno;
    freeaddrinfo(list); /* UDP-OPEN-015 */
    errno = reason;
    return fd;
}

/* UDP-OPEN-010, UDP-OPEN-014 */
int udp_local(int fd, struct udp_peer *self) {
    *self = (struct udp_peer){.len = sizeof self->addr};
    return getsockname(fd, (struct sockaddr *)&self->addr, &self->len);
}
