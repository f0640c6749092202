/* timesync_query.c - asks a server for the time once, and accepts only its answer.
 *
 * Spec: spec/udp.md, area TIME. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/timesync.h>

/* Asks *server from a new socket, and puts what it finds out in *result.
 *
 * - UDP-TIME-028: the request
 * - UDP-TIME-029: the result
 * - UDP-TIME-030: across the end of an era
 * - UDP-TIME-031: an answer without a usable time
 * - UDP-TIME-032: a datagram that does not answer the request
 * - UDP-TIME-033: such a datagram does not extend the wait
 * - UDP-TIME-034: the timeout
 * - UDP-TIME-035: the kernel's errors
 * - UDP-TIME-036: signals
 * - UDP-TIME-037: IPv6
 * - UDP-TIME-038: leaves nothing behind
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
int timesync_query(const struct udp_peer *server, timesync_clock *clock, void *clock_ctx, int timeout_ms,
                   struct timesync_result *result) {
    (void)server;
    (void)clock;
    (void)clock_ctx;
    (void)timeout_ms;
    (void)result;
    errno = ENOSYS;
    return -1;
}
