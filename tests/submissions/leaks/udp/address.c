#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/udp.h>

/* The list that getaddrinfo made is never given back. */
int udp_resolve(struct udp_peer *out, const char *host, uint16_t port) {
    if (host == NULL || *host == '\0') {
        errno = EINVAL;
        return -1;
    }
    char service[8];
    snprintf(service, sizeof service, "%d", port);
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *found;
    if (getaddrinfo(host, service, &hints, &found) != 0) {
        errno = ENOENT;
        return -1;
    }
    memcpy(&out->addr, found->ai_addr, found->ai_addrlen);
    out->len = found->ai_addrlen;
    return 0;
}

int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (getnameinfo((const struct sockaddr *)&peer->addr, peer->len, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    const char *layout = peer->addr.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s";
    int length = snprintf(text, cap, layout, host, port);
    if ((size_t)length >= cap) {
        errno = ENOSPC;
        return -1;
    }
    return length;
}
