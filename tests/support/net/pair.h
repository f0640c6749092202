/* pair.h - two plain sockets on the loopback: one sends, the other receives. */
#ifndef SUPPORT_NET_PAIR_H
#define SUPPORT_NET_PAIR_H

#include <stdbool.h>

#include "peer.h"

struct pair {
    struct peer from, to;
};

/* Two sockets of a family. */
struct pair pair_open(int family);

void pair_close(struct pair *pair);

/* Sends a datagram with plain system calls, and waits until it has arrived at the other socket. */
void pair_arrive(const struct pair *pair, const void *data, size_t len);

/* Receives the next datagram with plain system calls. It must have these bytes. */
void expect_arrival(const struct peer *to, const void *data, size_t len);

/* Sets or clears O_NONBLOCK of a descriptor. */
void set_nonblocking(int fd, bool nonblocking);

/* Connects a plain socket to another one. */
void peer_connect(const struct peer *peer, const struct udp_peer *to);

/* A socket that is connected to a port where nobody listens, and that has been refused: the kernel reports
 * ECONNREFUSED at its next call. */
struct peer peer_refused(int family);

#endif
