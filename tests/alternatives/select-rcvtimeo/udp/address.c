/* address.c - getaddrinfo and getnameinfo do all the work. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/udp.h>

int udp_resolve(struct udp_peer *out, const char *host, uint16_t port) {
    if (!host || !host[0])
        return errno = EINVAL, -1;
    struct addrinfo *list, hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    switch (getaddrinfo(host, NULL, &hints, &list)) {
    case 0:
        break;
    case EAI_MEMORY:
        return errno = ENOMEM, -1;
    default:
        return errno = ENOENT, -1;
    }
    memset(out, 0, sizeof *out);
    memcpy(&out->addr, list->ai_addr, list->ai_addrlen);
    out->len = list->ai_addrlen;
    if (list->ai_family == AF_INET)
        ((struct sockaddr_in *)&out->addr)->sin_port = htons(port);
    else
        ((struct sockaddr_in6 *)&out->addr)->sin6_port = htons(port);
    freeaddrinfo(list);
    return 0;
}

int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    struct udp_peer copy = *peer;
    int is_ipv6 = copy.addr.ss_family == AF_INET6;
    if (!is_ipv6 && copy.addr.ss_family != AF_INET)
        return errno = EAFNOSUPPORT, -1;
    if (is_ipv6)
        ((struct sockaddr_in6 *)&copy.addr)->sin6_scope_id = 0;
    char host[64], service[8];
    if (getnameinfo((struct sockaddr *)&copy.addr, copy.len, host, sizeof host, service, sizeof service,
                    NI_NUMERICHOST | NI_NUMERICSERV | NI_DGRAM) != 0)
        return errno = EINVAL, -1;
    int length = snprintf(text, cap, is_ipv6 ? "[%s]:%s" : "%s:%s", host, service);
    if (length < 0 || (size_t)length >= cap)
        return errno = ENOSPC, -1;
    return length;
}
