/* call.c - ask, wait, ask again with more patience, and take the answer of the server that was asked.
 *
 * Spec: spec/udp.md, areas CLI and LOSS. The function below is a stub: it compiles, fails with ENOSYS and earns
 * nothing.
 */
#include <errno.h>
#include <timeslice/udp.h>

/* Sends a request to *server from a new socket until a reply comes or the patience runs out, and returns the reply's
 * true length.
 *
 * UDP-CLI-001 request and reply           UDP-CLI-009 the answer to an earlier attempt
 * UDP-CLI-002 asks again                  UDP-CLI-010 a late duplicate
 * UDP-CLI-003 so many times               UDP-CLI-011 a reply too long
 * UDP-CLI-004 waits longer each time      UDP-CLI-012 signals
 * UDP-CLI-005 strangers are ignored       UDP-CLI-013 the defaults
 * UDP-CLI-006 and do not delay            UDP-CLI-014 IPv6
 * UDP-CLI-007 nobody listens              UDP-CLI-015 a request too long
 * UDP-CLI-008 an empty reply              UDP-CLI-016 leaves nothing behind
 *
 * Behind a relay that does damage:
 * UDP-LOSS-003 drops        UDP-LOSS-005 delays and reorders
 * UDP-LOSS-004 duplicates   UDP-LOSS-006 all at once
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
