/* wire.h - who sent what to whom, when, and what became of it: a step of the narration for each datagram.
 *
 *       0.3 ms  client:40123 -> relay: 10 bytes "question 0"
 *       0.4 ms  relay -> server: 10 bytes "question 0", dropped
 *
 * The grader draws a ladder of such steps (grader/src/timeslice/report/figures/ladder.py), so their form is fixed. The
 * time counts from the test's first step to the moment at which the kit's end sent or took the datagram. An end of the
 * kit tells what it sends, and of what it takes only that which the code under test sent: so each hop is told once.
 *
 * Ends are known by their ports: a port that no end of the kit has is a client's. All functions may be called from any
 * thread and keep errno.
 */
#ifndef SUPPORT_NET_WIRE_H
#define SUPPORT_NET_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum wire_end { WIRE_CLIENT, WIRE_PEER, WIRE_SERVER, WIRE_RELAY };

/* What became of a datagram. WIRE_FOUND: it had come before, at a time that nobody saw. WIRE_REFUSED: the relay has no
 * room for one more client. */
enum wire_fate { WIRE_SENT, WIRE_FOUND, WIRE_DROPPED, WIRE_DUPLICATE, WIRE_HELD, WIRE_LATE, WIRE_REFUSED };

/* Names the socket of the kit with this port; where it had a name, it gets a new one. Clients and peers are told with
 * their ports, a server only where another one was open before it, and all sockets of relays are the relay. */
void wire_open(uint16_t port, enum wire_end end);

/* Forgets the name. */
void wire_close(uint16_t port);

/* Tells of a datagram of the kit. To be called before it is sent, so that no answer to it is told before it. */
void wire_sends(uint16_t from, uint16_t to, const void *bytes, size_t len, enum wire_fate fate);

/* Tells of a datagram of len bytes that the kit took, unless the kit also sent it. shown: how many of them are at
 * bytes. */
void wire_takes(uint16_t from, uint16_t to, const void *bytes, size_t shown, size_t len, enum wire_fate fate);

#endif
