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
    int problem = getaddrinfo(host, service, &hints, &found);
    if (problem != 0) {
        errno = problem == EAI_MEMORY ? ENOMEM : ENOENT;
        return -1;
    }
    memcpy(&out->addr, found->ai_addr, found->ai_addrlen);
    out->len = found->ai_addrlen;
    return 0;
}

int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    char number[INET6_ADDRSTRLEN];
    int needed;

    if (peer->addr.ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)&peer->addr;
        inet_ntop(AF_INET, &four->sin_addr, number, sizeof number);
        needed = snprintf(text, cap, "%s:%u", number, (unsigned)ntohs(four->sin_port));
    } else if (peer->addr.ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&peer->addr;
        inet_ntop(AF_INET6, &six->sin6_addr, number, sizeof number);
        needed = snprintf(text, cap, "[%s]:%u", number, (unsigned)ntohs(six->sin6_port));
    } else {
        errno = EAFNOSUPPORT;
        return -1;
    }

    if (needed < 0 || (size_t)needed >= cap) {
        errno = ENOSPC;
        return -1;
    }
    return needed;
}
