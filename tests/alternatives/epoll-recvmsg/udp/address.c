/* address.c - numeric addresses by inet_pton, names by getaddrinfo; texts are put together by hand. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/udp.h>

static int numeric(struct udp_peer *out, const char *host, uint16_t port) {
    struct sockaddr_in *in = (struct sockaddr_in *)&out->addr;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out->addr;
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        out->len = sizeof *in;
        return 0;
    }
    if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        out->len = sizeof *in6;
        return 0;
    }
    return -1;
}

int udp_resolve(struct udp_peer *out, const char *host, uint16_t port) {
    if (host == NULL || *host == '\0') {
        errno = EINVAL;
        return -1;
    }
    if (numeric(out, host, port) == 0)
        return 0;
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *found = NULL;
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    int error = getaddrinfo(host, service, &hints, &found);
    if (error != 0) {
        errno = error == EAI_MEMORY ? ENOMEM : ENOENT;
        return -1;
    }
    memcpy(&out->addr, found->ai_addr, found->ai_addrlen);
    out->len = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    char whole[INET6_ADDRSTRLEN + 16];
    char address[INET6_ADDRSTRLEN];
    int length;
    if (peer->addr.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)&peer->addr;
        inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
        length = snprintf(whole, sizeof whole, "%s:%d", address, ntohs(in->sin_port));
    } else if (peer->addr.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&peer->addr;
        inet_ntop(AF_INET6, &in6->sin6_addr, address, sizeof address);
        length = snprintf(whole, sizeof whole, "[%s]:%d", address, ntohs(in6->sin6_port));
    } else {
        errno = EAFNOSUPPORT;
        return -1;
    }
    if (cap < (size_t)length + 1) {
        errno = ENOSPC;
        return -1;
    }
    memcpy(text, whole, (size_t)length + 1);
    return length;
}
