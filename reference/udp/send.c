/* send.c - sends one whole datagram, or sends nothing and reports an error. */
#include <errno.h>
#include <timeslice/udp.h>

/* UDP-TX-001, UDP-TX-002, UDP-TX-007, UDP-TX-008: one call is one datagram of exactly these bytes, also of none.
 * UDP-TX-003, UDP-TX-004, UDP-TX-005: the kernel knows the limit of each family and reports EMSGSIZE. A check here
 * would only repeat that. UDP-TX-009, UDP-TX-010: the caller gets the kernel's errno, and nothing is left behind.
 * UDP-LOSS-001: a datagram that was sent may not arrive, and the kernel does not report which ones were lost. */
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR); /* UDP-TX-006 */
    return sent;
}
