/* send.c - one whole datagram out, or nothing and an error. */
#include <errno.h>
#include <timeslice/udp.h>

/* UDP-TX-001, UDP-TX-002, UDP-TX-007, UDP-TX-008: one call is one datagram of exactly these bytes, be they none.
 * UDP-TX-003, UDP-TX-004, UDP-TX-005: the kernel knows the limit of each family and says EMSGSIZE; to check here would
 * be to know it twice. UDP-TX-009, UDP-TX-010: nothing comes between the kernel's errno and the caller, and nothing is
 * left behind. UDP-LOSS-001: sent is not arrived, and the kernel does not tell which datagrams were lost. */
ssize_t udp_send(int fd, const void *data, size_t len, const struct udp_peer *to) {
    ssize_t sent;
    do
        sent = sendto(fd, data, len, 0, (const struct sockaddr *)&to->addr, to->len);
    while (sent < 0 && errno == EINTR); /* UDP-TX-006 */
    return sent;
}
