/* receive.c - receives one datagram before a deadline. */
#include <errno.h>
#include <timeslice/udp.h>

#include "ready.h"

/* Takes the first datagram of the queue without waiting. EAGAIN if there is none. */
static ssize_t take(int fd, void *buf, size_t cap, struct udp_peer *from) {
    /* UDP-RX-002, UDP-RX-013: room for an address of either family. UDP-RX-012: from may be NULL. */
    struct sockaddr *address = from != NULL ? (struct sockaddr *)&from->addr : NULL;
    socklen_t *address_len = from != NULL ? &from->len : NULL;
    if (from != NULL)
        from->len = sizeof from->addr;
    /* UDP-RX-001, UDP-RX-004, UDP-RX-005, UDP-RX-015: one call takes one datagram, copies what fits and drops the rest.
     * UDP-RX-003: with MSG_TRUNC it returns how long the datagram was, not how much it copied. */
    return recvfrom(fd, buf, cap, MSG_DONTWAIT | MSG_TRUNC, address, address_len);
}

/* UDP-RX-006: 0 is the length of an empty datagram. UDP-RX-014: every error other than "not yet" goes to the caller.
 * UDP-RX-016: there is nothing to free. UDP-LOSS-002: each datagram stays whole, because nothing is joined here.
 */
ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms) {
    deadline end = deadline_after(timeout_ms); /* UDP-RX-009: negative means never */
    for (;;) {
        ssize_t length = take(fd, buf, cap, from); /* UDP-RX-008: looks before it waits */
        if (length >= 0 || (errno != EAGAIN && errno != EINTR))
            return length;
        if (wait_until(fd, end) < 0)
            return -1;
    }
}
