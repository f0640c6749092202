/* stream_write.c - writes all bytes to a stream, however few it takes at a time.
 *
 * Spec: spec/udp.md, areas MSG and CMP. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/stream.h>

/* Writes all len bytes and returns 0.
 *
 * - UDP-MSG-009: all bytes, however few go in at a time
 * - UDP-MSG-010: a signal while writing
 * - UDP-MSG-011: a non-blocking descriptor
 * - UDP-MSG-012: a peer that is gone
 * - UDP-MSG-013: the caller's signals do not change
 * - UDP-MSG-014: the kernel's errors
 * - UDP-MSG-015: a descriptor that is not a socket
 * - UDP-MSG-026: leaves nothing behind
 *
 * Compared with UDP:
 * - UDP-CMP-003: a receiver that does not read
 * - UDP-CMP-004: no bytes at all
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
int stream_write(int fd, const void *data, size_t len) {
    (void)fd;
    (void)data;
    (void)len;
    errno = ENOSYS;
    return -1;
}
