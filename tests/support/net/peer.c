/* peer.c - plain sockets on the loopback. */
#include "peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "support/core/require.h"
#include "wire.h"

struct udp_peer peer_address(int family, uint16_t port) {
    struct udp_peer peer = {.len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)};
    struct sockaddr_in in = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {0}};
    struct sockaddr_in6 in6 = {AF_INET6, htons(port), 0, IN6ADDR_LOOPBACK_INIT, 0};
    memcpy(&peer.addr, family == AF_INET ? (void *)&in : (void *)&in6, peer.len);
    return peer;
}

/* See peer.h. If the system forbids it, the order may change, but hardly ever does. */
static void stay_on_this_cpu(void) {
    cpu_set_t here;
    int cpu = sched_getcpu();
    if (cpu < 0 || cpu >= CPU_SETSIZE)
        return;
    CPU_ZERO(&here);
    CPU_SET(cpu, &here);
    sched_setaffinity(0, sizeof here, &here);
}

struct peer peer_open(int family) {
    stay_on_this_cpu();
    struct peer peer = {socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), peer_address(family, 0)};
    require(peer.fd != -1, "open a socket");
    require(bind(peer.fd, (struct sockaddr *)&peer.at.addr, peer.at.len) == 0, "bind a socket to loopback");
    require(getsockname(peer.fd, (struct sockaddr *)&peer.at.addr, &peer.at.len) == 0, "read a socket's address");
    wire_open(peer_port(&peer.at), WIRE_PEER);
    return peer;
}

/* A socket that is connected to itself keeps its port taken, and receives nothing from anybody else. */
struct peer peer_deaf(int family) {
    struct peer peer = peer_open(family);
    require(connect(peer.fd, (struct sockaddr *)&peer.at.addr, peer.at.len) == 0, "connect a socket");
    return peer;
}

void peer_close(struct peer *peer) {
    wire_close(peer_port(&peer->at));
    close(peer->fd);
    peer->fd = -1;
}

static void put(const struct peer *peer, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    do
        sent = sendto(peer->fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent == -1 && errno == EINTR);
    require(sent == (ssize_t)len, "send a datagram");
}

void peer_send(const struct peer *peer, const void *data, size_t len, const struct udp_peer *to) {
    peer_send_as(peer, data, len, to, WIRE_SENT);
}

void peer_send_as(const struct peer *peer, const void *data, size_t len, const struct udp_peer *to,
                  enum wire_fate fate) {
    wire_sends(peer_port(&peer->at), peer_port(to), data, len, fate);
    if (fate != WIRE_DROPPED && fate != WIRE_HELD)
        put(peer, data, len, to);
}

void peer_await(const struct peer *peer) {
    struct pollfd wait = {.fd = peer->fd, .events = POLLIN};
    int ready;
    do
        ready = poll(&wait, 1, -1);
    while (ready == -1 && errno == EINTR);
    require(ready == 1, "wait for a socket");
}

static size_t take(const struct peer *peer, void *buf, size_t cap, struct udp_peer *from) {
    ssize_t got;
    do {
        from->len = sizeof from->addr;
        got = recvfrom(peer->fd, buf, cap, MSG_TRUNC, (struct sockaddr *)&from->addr, &from->len);
    } while (got == -1 && errno == EINTR);
    require(got != -1, "receive a datagram");
    return (size_t)got;
}

ssize_t peer_receive(const struct peer *peer, void *buf, size_t cap, struct udp_peer *from) {
    struct udp_peer sender;
    size_t len = take(peer, buf, cap, &sender);
    wire_takes(peer_port(&sender), peer_port(&peer->at), buf, cap, len, WIRE_SENT);
    if (from)
        *from = sender;
    return (ssize_t)len;
}

unsigned peer_drain(const struct peer *peer) {
    struct peer marker = peer_open(peer->at.addr.ss_family);
    put(&marker, "mark", 4, &peer->at);
    unsigned count = 0;
    for (struct udp_peer from;; count++) {
        char bytes[32];
        size_t len = take(peer, bytes, sizeof bytes, &from);
        if (peer_port(&from) == peer_port(&marker.at))
            break;
        wire_takes(peer_port(&from), peer_port(&peer->at), bytes, sizeof bytes, len, WIRE_FOUND);
    }
    peer_close(&marker);
    return count;
}

/* The datagrams of one CPU are delivered in order, to all sockets. So the kit's own datagram, which is sent last, is
 * the last one to arrive (see peer.h). */
void peer_settle(void) {
    struct peer marker = peer_open(AF_INET);
    put(&marker, "mark", 4, &marker.at);
    peer_await(&marker);
    peer_close(&marker);
}

uint16_t peer_port(const struct udp_peer *at) {
    if (at->addr.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)&at->addr)->sin_port);
    return ntohs(((const struct sockaddr_in6 *)&at->addr)->sin6_port);
}
