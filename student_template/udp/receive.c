/* receive.c - receives one datagram before a deadline.
 *
 * Spec: spec/udp.md, area RX. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/udp.h>

/* Waits for one datagram, copies its first cap bytes to buf, and returns its true length.
 *
 * - UDP-RX-001: one call, one datagram
 * - UDP-RX-002: its sender
 * - UDP-RX-003: its true length
 * - UDP-RX-004: the rest is lost
 * - UDP-RX-005: nothing past cap
 * - UDP-RX-006: an empty datagram
 * - UDP-RX-007: the timeout
 * - UDP-RX-008: a timeout of 0
 * - UDP-RX-009: a negative timeout
 * - UDP-RX-010: a signal does not shorten the wait
 * - UDP-RX-011: a signal does not lengthen the wait
 * - UDP-RX-012: from may be NULL
 * - UDP-RX-013: an IPv6 sender
 * - UDP-RX-014: the kernel's errors
 * - UDP-RX-015: cap 0
 * - UDP-RX-016: leaves nothing behind
 * - UDP-LOSS-002: what arrives is whole, and in order
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
ssize_t udp_recv(int fd, void *buf, size_t cap, struct udp_peer *from, int timeout_ms) {
    (void)fd;
    (void)buf;
    (void)cap;
    (void)from;
    (void)timeout_ms;
    errno = ENOSYS;
    return -1;
}
