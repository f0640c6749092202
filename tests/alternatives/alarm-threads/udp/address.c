/* address.c - inet_pton decides what is numeric. getaddrinfo is asked for names only. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/udp.h>

static int is_ipv4(struct udp_peer *out, const char *host, uint16_t port) {
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, host, &addr.sin_addr) != 1)
        return 0;
    out->len = sizeof addr;
    memcpy(&out->addr, &addr, sizeof addr);
    return 1;
}

static int is_ipv6(struct udp_peer *out, const char *host, uint16_t port) {
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET6, host, &addr.sin6_addr) != 1)
        return 0;
    out->len = sizeof addr;
    memcpy(&out->addr, &addr, sizeof addr);
    return 1;
}

int udp_resolve(struct udp_peer *out, const char *host, uint16_t port) {
    struct addrinfo *found = NULL, hints = {.ai_socktype = SOCK_DGRAM};
    if (!host || !*host) {
        errno = EINVAL;
        return -1;
    }
    if (is_ipv4(out, host, port) || is_ipv6(out, host, port))
        return 0;
    int wrong = getaddrinfo(host, NULL, &hints, &found);
    if (wrong) {
        errno = wrong == EAI_MEMORY ? ENOMEM : ENOENT;
        return -1;
    }
    memset(&out->addr, 0, sizeof out->addr);
    out->len = found->ai_addrlen;
    memcpy(&out->addr, found->ai_addr, found->ai_addrlen);
    if (found->ai_family == AF_INET)
        ((struct sockaddr_in *)&out->addr)->sin_port = htons(port);
    else
        ((struct sockaddr_in6 *)&out->addr)->sin6_port = htons(port);
    freeaddrinfo(found);
    return 0;
}

int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    char address[INET6_ADDRSTRLEN];
    int length;
    switch (peer->addr.ss_family) {
    case AF_INET: {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&peer->addr;
        inet_ntop(AF_INET, &v4->sin_addr, address, sizeof address);
        length = snprintf(text, cap, "%s:%d", address, ntohs(v4->sin_port));
        break;
    }
    case AF_INET6: {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&peer->addr;
        inet_ntop(AF_INET6, &v6->sin6_addr, address, sizeof address);
        length = snprintf(text, cap, "[%s]:%d", address, ntohs(v6->sin6_port));
        break;
    }
    default:
        errno = EAFNOSUPPORT;
        return -1;
    }
    if (length >= 0 && (size_t)length < cap)
        return length;
    errno = ENOSPC;
    return -1;
}
