/* address.c - turns a name into an address, and an address into text. */
#include "resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/udp.h>

int resolve_all(const char *host, uint16_t port, struct addrinfo **list) {
    if (host == NULL || host[0] == '\0') {
        errno = EINVAL;
        return -1;
    }
    /* No AI_ADDRCONFIG: it ignores the addresses of the loopback. So it may refuse ::1 although the machine has it. */
    const struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    char service[sizeof "65535"];
    snprintf(service, sizeof service, "%u", (unsigned)port);

    /* UDP-OPEN-004: the resolver's error numbers are not errno values, and there are several for "no address". */
    int error = getaddrinfo(host, service, &wanted, list);
    if (error != 0) {
        errno = error == EAI_MEMORY ? ENOMEM : ENOENT;
        return -1;
    }
    return 0;
}

/* UDP-OPEN-001, UDP-OPEN-002, UDP-OPEN-003: the resolver accepts numbers and names of both families. */
int udp_resolve(struct udp_peer *out, const char *host, uint16_t port) {
    struct addrinfo *list;
    if (resolve_all(host, port, &list) < 0)
        return -1;
    *out = (struct udp_peer){.len = list->ai_addrlen};
    memcpy(&out->addr, list->ai_addr, list->ai_addrlen);
    freeaddrinfo(list); /* UDP-OPEN-015 */
    return 0;
}

/* Writes "address:port" of an IPv4 peer; returns what snprintf does. */
static int format_ipv4(const struct udp_peer *peer, char *text, size_t cap) {
    struct sockaddr_in ipv4;
    memcpy(&ipv4, &peer->addr, sizeof ipv4);
    char address[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &ipv4.sin_addr, address, sizeof address);
    return snprintf(text, cap, "%s:%u", address, (unsigned)ntohs(ipv4.sin_port)); /* UDP-OPEN-005 */
}

/* Writes "[address]:port" of an IPv6 peer; returns what snprintf does. */
static int format_ipv6(const struct udp_peer *peer, char *text, size_t cap) {
    struct sockaddr_in6 ipv6;
    memcpy(&ipv6, &peer->addr, sizeof ipv6);
    char address[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, &ipv6.sin6_addr, address, sizeof address);
    return snprintf(text, cap, "[%s]:%u", address, (unsigned)ntohs(ipv6.sin6_port)); /* UDP-OPEN-006 */
}

int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    int length;
    switch (peer->addr.ss_family) {
    case AF_INET:
        length = format_ipv4(peer, text, cap);
        break;
    case AF_INET6:
        length = format_ipv6(peer, text, cap);
        break;
    default:
        errno = EAFNOSUPPORT;
        return -1;
    }
    if ((size_t)length >= cap) { /* UDP-OPEN-007: the final NUL needs room too */
        errno = ENOSPC;
        return -1;
    }
    return length;
}
