/* stream_read.c - reads exactly len bytes from a stream.
 *
 * Spec: spec/udp.md, areas MSG and CMP. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/stream.h>

/* Reads exactly len bytes and returns len. Returns 0 if the stream has ended before the first byte.
 *
 * - UDP-MSG-001: all bytes, in however many pieces they come
 * - UDP-MSG-002: not a byte more
 * - UDP-MSG-003: the end before the first byte
 * - UDP-MSG-004: the end in the middle
 * - UDP-MSG-005: a signal while reading
 * - UDP-MSG-006: a non-blocking descriptor
 * - UDP-MSG-007: the kernel's errors
 * - UDP-MSG-008: no bytes at all
 * - UDP-MSG-015: a descriptor that is not a socket
 * - UDP-MSG-026: leaves nothing behind
 *
 * Compared with UDP:
 * - UDP-CMP-001: two sends, one read
 * - UDP-CMP-002: a short read
 * - UDP-CMP-005: the end
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
ssize_t stream_read(int fd, void *buf, size_t len) {
    (void)fd;
    (void)buf;
    (void)len;
    errno = ENOSYS;
    return -1;
}
