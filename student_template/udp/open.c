/* open.c - opens a bound socket, and asks for its address.
 *
 * Spec: spec/udp.md, area OPEN. Each function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/udp.h>

/* Opens a UDP socket, binds it to host and port, and returns its descriptor.
 *
 * - UDP-OPEN-008: an IPv4 address
 * - UDP-OPEN-009: an IPv6 address
 * - UDP-OPEN-010: port 0
 * - UDP-OPEN-011: a taken port
 * - UDP-OPEN-012: close-on-exec
 * - UDP-OPEN-013: leaves no descriptor open on failure
 * - UDP-OPEN-015: leaves nothing behind
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
int udp_bind(const char *host, uint16_t port) {
    (void)host;
    (void)port;
    errno = ENOSYS;
    return -1;
}

/* Puts the address and port that fd is bound to in *self.
 *
 * - UDP-OPEN-010: the port that the kernel chose
 * - UDP-OPEN-014: a descriptor that is not open, or not a socket
 */
int udp_local(int fd, struct udp_peer *self) {
    (void)fd;
    (void)self;
    errno = ENOSYS;
    return -1;
}
