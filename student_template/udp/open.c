/* open.c - opening a bound socket, and asking what it is bound to.
 *
 * Spec: spec/udp.md, area OPEN. Each function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/udp.h>

/* Opens a UDP socket bound to host and port, and returns its descriptor.
 *
 * UDP-OPEN-008 an IPv4 address            UDP-OPEN-011 a port that is taken
 * UDP-OPEN-009 an IPv6 address            UDP-OPEN-012 close-on-exec
 * UDP-OPEN-010 port 0                     UDP-OPEN-013 no descriptor left open on failure
 * UDP-OPEN-015 leaves nothing behind
 */
int udp_bind(const char *host, uint16_t port) {
    (void)host;
    (void)port;
    errno = ENOSYS;
    return -1;
}

/* Puts the address and port that fd is bound to in *self.
 *
 * UDP-OPEN-010 the port that the kernel chose    UDP-OPEN-014 not open, not a socket
 */
int udp_local(int fd, struct udp_peer *self) {
    (void)fd;
    (void)self;
    errno = ENOSYS;
    return -1;
}
