/* wire.h - a step of the narration for each datagram: who sent what to whom, when, and what happened to it.
 *
 *       0.3 ms  client:40123 -> relay: 10 bytes "question 0"
 *       0.4 ms  relay -> server: 10 bytes "question 0", dropped
 *
 * The grader draws a ladder of such steps (grader/src/timeslice/report/figures/ladder.py), so their form is fixed. The
 * time counts from the first step of the test to the moment when the kit sent or took the datagram. The kit narrates
 * each datagram that it sends. It narrates a datagram that it takes only if the code under test sent it. So each hop is
 * narrated once.
 *
 * Ports identify the ends. A port that does not belong to the kit belongs to a client. Any thread may call these
 * functions. They do not change errno.
 */
#ifndef SUPPORT_NET_WIRE_H
#define SUPPORT_NET_WIRE_H

#include <stddef.h>
#include <stdint.h>

enum wire_end { WIRE_CLIENT, WIRE_PEER, WIRE_SERVER, WIRE_RELAY };

/* What happened to a datagram. WIRE_FOUND: it had arrived before, and nobody saw when. WIRE_REFUSED: the relay has no
 * room for one more client. */
enum wire_fate { WIRE_SENT, WIRE_FOUND, WIRE_DROPPED, WIRE_DUPLICATE, WIRE_HELD, WIRE_LATE, WIRE_REFUSED };

/* Gives the kit's socket with this port a name. It replaces an old name. Clients and peers are shown with their ports.
 * A server is shown with its port only if another server was open before it. All sockets of relays are the relay. */
void wire_open(uint16_t port, enum wire_end end);

/* Forgets the name. */
void wire_close(uint16_t port);

/* Narrates a datagram of the kit. Call it before you send the datagram. Otherwise an answer could be narrated first. */
void wire_sends(uint16_t from, uint16_t to, const void *bytes, size_t len, enum wire_fate fate);

/* Narrates a datagram of len bytes that the kit took, unless the kit also sent it. The first `shown` bytes are at
 * bytes. */
void wire_takes(uint16_t from, uint16_t to, const void *bytes, size_t shown, size_t len, enum wire_fate fate);

#endif
