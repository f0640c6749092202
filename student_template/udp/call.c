/* call.c - ask, wait, ask again and wait longer, and accept the answer of the server that was asked.
 *
 * Spec: spec/udp.md, areas CLI and LOSS. The function below is a stub: it compiles, fails with ENOSYS and earns
 * nothing.
 */
#include <errno.h>
#include <timeslice/udp.h>

/* Sends a request to *server from a new socket. Sends it again until a reply comes or no attempt is left. Returns the
 * reply's true length.
 *
 * - UDP-CLI-001: the request and the reply
 * - UDP-CLI-002: asks again
 * - UDP-CLI-003: sends `attempts` times in total
 * - UDP-CLI-004: waits longer each time
 * - UDP-CLI-005: strangers are ignored
 * - UDP-CLI-006: strangers do not extend the wait
 * - UDP-CLI-007: nobody listens
 * - UDP-CLI-008: an empty reply
 * - UDP-CLI-009: the answer to an earlier attempt
 * - UDP-CLI-010: a late duplicate
 * - UDP-CLI-011: a reply that is too long
 * - UDP-CLI-012: signals
 * - UDP-CLI-013: the defaults
 * - UDP-CLI-014: IPv6
 * - UDP-CLI-015: a request that is too long
 * - UDP-CLI-016: leaves nothing behind
 *
 * Through a bad network:
 * - UDP-LOSS-003: drops
 * - UDP-LOSS-004: duplicates
 * - UDP-LOSS-005: delays and reorders
 * - UDP-LOSS-006: all at once
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
ssize_t udp_call(const struct udp_peer *server, const void *req, size_t len, void *reply, size_t cap,
                 const struct udp_call_options *options) {
    (void)server;
    (void)req;
    (void)len;
    (void)reply;
    (void)cap;
    (void)options;
    errno = ENOSYS;
    return -1;
}
