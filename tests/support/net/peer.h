/* peer.h - the other end of an exchange: a loopback socket that uses plain system calls, never the code under test.
 *
 * The loopback keeps datagrams in order only on one CPU. Each CPU has its own queue, and the kernel may empty it after
 * the send has returned. If a thread moves to another CPU between two sends, the second datagram can arrive first. So
 * peer_open keeps the calling thread on its CPU, and all threads that it starts later.
 *
 * If a system call fails without a reason, the test fails with "the kit could not ...". */
#ifndef SUPPORT_NET_PEER_H
#define SUPPORT_NET_PEER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <timeslice/udp.h>

#include "wire.h"

/* An open socket and the address that it is bound to. */
struct peer {
    int fd;
    struct udp_peer at;
};

/* The loopback address of family (AF_INET or AF_INET6) with a port, in the form that the kernel uses. */
struct udp_peer peer_address(int family, uint16_t port);

/* A socket on the loopback address of family. The kernel chooses its port. */
struct peer peer_open(int family);

/* A taken port where nobody listens. A datagram that is sent there gives an ICMP error. */
struct peer peer_deaf(int family);

void peer_close(struct peer *peer);

/* Sends one datagram. Sent and received datagrams become steps, as in wire.h. */
void peer_send(const struct peer *peer, const void *data, size_t len, const struct udp_peer *to);

/* The same for the relay, which decides what happens to a datagram. A dropped or held one becomes a step only. */
void peer_send_as(const struct peer *peer, const void *data, size_t len, const struct udp_peer *to,
                  enum wire_fate fate);

/* Waits until something can be received. */
void peer_await(const struct peer *peer);

/* Waits for a datagram. Returns its true length. If nobody needs the sender, from is NULL. */
ssize_t peer_receive(const struct peer *peer, void *buf, size_t cap, struct udp_peer *from);

/* Takes every datagram that has arrived by now, and returns how many there were. It sends a datagram of its own, which
 * marks the end. So it misses nothing that was sent before the call. */
unsigned peer_drain(const struct peer *peer);

/* Waits until every datagram that this thread has sent has arrived or was dropped. */
void peer_settle(void);

/* The port of an address, in host byte order. */
uint16_t peer_port(const struct udp_peer *at);

#endif
