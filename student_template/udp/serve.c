/* serve.c - a loop that answers requests until it is told to stop.
 *
 * Spec: spec/udp.md, area SRV. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/udp.h>

/* Answers requests on fd with handler until stop_fd becomes readable or is hung up.
 *
 * - UDP-SRV-001: the reply goes to the sender of the request
 * - UDP-SRV-002: several clients
 * - UDP-SRV-003: the handler declines
 * - UDP-SRV-004: an empty reply
 * - UDP-SRV-005: a request that is too long
 * - UDP-SRV-006: the longest request
 * - UDP-SRV-007: a client that is gone
 * - UDP-SRV-008: a reply that cannot be sent
 * - UDP-SRV-009: stop_fd ends the loop
 * - UDP-SRV-010: stop_fd comes before requests
 * - UDP-SRV-011: stop_fd is hung up
 * - UDP-SRV-012: a signal does not end the loop
 * - UDP-SRV-013: what the handler gets
 * - UDP-SRV-014: the statistics
 * - UDP-SRV-015: a socket that cannot be served
 * - UDP-SRV-016: leaves nothing behind
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
int udp_serve(int fd, udp_handler *handler, void *ctx, int stop_fd, struct udp_stats *stats) {
    (void)fd;
    (void)handler;
    (void)ctx;
    (void)stop_fd;
    (void)stats;
    errno = ENOSYS;
    return -1;
}
