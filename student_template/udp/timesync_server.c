/* timesync_server.c - answers a client's request with the time: a handler for udp_serve.
 *
 * Spec: spec/udp.md, area TIME. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/timesync.h>

/* Writes the answer to one request into reply, and returns its length, or -1 for none.
 *
 * - UDP-TIME-021: mode, version and poll
 * - UDP-TIME-022: originate
 * - UDP-TIME-023: receive and transmit
 * - UDP-TIME-024: what the server says about itself
 * - UDP-TIME-025: a request that is too short, or no room for the reply
 * - UDP-TIME-026: a request with an extension
 * - UDP-TIME-027: what is not a client's request
 * - UDP-TIME-038: leaves nothing behind
 */
ssize_t timesync_answer(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    (void)ctx;
    (void)req;
    (void)len;
    (void)from;
    (void)reply;
    (void)cap;
    errno = ENOSYS;
    return -1;
}
