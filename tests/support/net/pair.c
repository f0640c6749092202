/* pair.c - plain system calls only. */
#include "pair.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>

#include "support/core/expect.h"
#include "support/core/require.h"

struct pair pair_open(int family) {
    struct pair pair = {peer_open(family), peer_open(family)};
    step("a socket on port %u, to send from, and one on port %u, to receive on", peer_port(&pair.from.at),
         peer_port(&pair.to.at));
    return pair;
}

void pair_close(struct pair *pair) {
    peer_close(&pair->from);
    peer_close(&pair->to);
}

void pair_arrive(const struct pair *pair, const void *data, size_t len) {
    step("a datagram of %zu bytes is sent", len);
    peer_send(&pair->from, data, len, &pair->to.at);
    peer_await(&pair->to);
}

void expect_arrival(const struct peer *to, const void *data, size_t len) {
    unsigned char *got = malloc(UDP_MAX_IPV6 + 1);
    require(got != NULL, "find memory");
    ssize_t got_len = peer_receive(to, got, UDP_MAX_IPV6 + 1, NULL);
    expect_bytes(got, (size_t)got_len, data, len, "the datagram that arrives");
    free(got);
}

void set_nonblocking(int fd, bool nonblocking) {
    int flags = fcntl(fd, F_GETFL);
    require(flags != -1, "read the flags of a descriptor");
    flags = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    require(fcntl(fd, F_SETFL, flags) == 0, "set the flags of a descriptor");
    if (nonblocking)
        step("descriptor %d is non-blocking", fd);
}

void peer_connect(const struct peer *peer, const struct udp_peer *to) {
    require(connect(peer->fd, (const struct sockaddr *)&to->addr, to->len) == 0, "connect a socket");
    step("the socket on port %u is connected to port %u", peer_port(&peer->at), peer_port(to));
}

struct peer peer_refused(int family) {
    struct peer deaf = peer_deaf(family), refused = peer_open(family);
    peer_connect(&refused, &deaf.at);
    require(send(refused.fd, "x", 1, 0) == 1, "send a datagram");
    struct pollfd error = {.fd = refused.fd}; /* poll always waits for POLLERR */
    require(poll(&error, 1, -1) == 1, "wait for an error");
    step("it sends to port %u, where nobody listens", peer_port(&deaf.at));
    peer_close(&deaf);
    return refused;
}
