/* address.c - from a name to an address, and from an address to text.
 *
 * Spec: spec/udp.md, area OPEN. Each function below is a stub: it compiles, fails with ENOSYS and earns nothing. Its
 * clauses are in the comment above it. You may add helper functions: make them static.
 */
#include <errno.h>
#include <timeslice/udp.h>

/* Finds the first address of host and puts it with port in *out. A host is a name or a numeric IPv4 or IPv6 address.
 *
 * - UDP-OPEN-001: a numeric IPv4 address
 * - UDP-OPEN-002: a numeric IPv6 address
 * - UDP-OPEN-003: a name
 * - UDP-OPEN-004: a host without an address, or no host at all
 * - UDP-OPEN-015: leaves nothing behind
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
int udp_resolve(struct udp_peer *out, const char *host, uint16_t port) {
    (void)out;
    (void)host;
    (void)port;
    errno = ENOSYS;
    return -1;
}

/* Writes peer as text, such as "127.0.0.1:9000" or "[::1]:9000", and returns the number of characters.
 *
 * - UDP-OPEN-005: IPv4
 * - UDP-OPEN-006: IPv6 in brackets
 * - UDP-OPEN-007: the text does not fit
 */
int udp_format(const struct udp_peer *peer, char *text, size_t cap) {
    (void)peer;
    (void)text;
    (void)cap;
    errno = ENOSYS;
    return -1;
}
