/* peer.h - the other end of an exchange: a loopback socket made of plain system calls, never of the code under test.
 *
 * Loopback keeps datagrams in order on one CPU and not across CPUs: each has a queue of its own, which may be emptied
 * after the send has returned. A thread that is moved between two sends can see the second one arrive first. So whoever
 * opens a peer stays on the CPU it is on, with all threads that it starts later: then what is sent first arrives first.
 *
 * Where a system call fails that has no reason to, the test fails with "the kit could not ...". */
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

/* The loopback address of family (AF_INET or AF_INET6) with a port, as the kernel wants it. */
struct udp_peer peer_address(int family, uint16_t port);

/* A socket on the loopback address of family, its port chosen by the kernel. */
struct peer peer_open(int family);

/* A port that is taken and where nobody listens: what is sent there comes back as an ICMP error. */
struct peer peer_deaf(int family);

void peer_close(struct peer *peer);

/* Sends one datagram. What is sent and received is told as in wire.h. */
void peer_send(const struct peer *peer, const void *data, size_t len, const struct udp_peer *to);

/* The same for who decides on a datagram's fate: what is dropped or held is told, and not sent. */
void peer_send_as(const struct peer *peer, const void *data, size_t len, const struct udp_peer *to,
                  enum wire_fate fate);

/* Waits until something can be received. */
void peer_await(const struct peer *peer);

/* Waits for a datagram. Returns its true length; from may be NULL. */
ssize_t peer_receive(const struct peer *peer, void *buf, size_t cap, struct udp_peer *from);

/* Takes every datagram that has arrived by now and returns how many there were. A datagram of the kit's own, sent last,
 * marks the end, so nothing that was sent before the call is missed. */
unsigned peer_drain(const struct peer *peer);

/* Waits until what this thread has sent has come to where it was sent, or was dropped there. */
void peer_settle(void);

/* The port of an address, in host byte order. */
uint16_t peer_port(const struct udp_peer *at);

#endif
