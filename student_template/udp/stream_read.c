/* stream_read.c - exactly so many bytes out of a stream.
 *
 * Spec: spec/udp.md, areas MSG and CMP. The function below is a stub: it compiles, fails with ENOSYS and earns nothing.
 */
#include <errno.h>
#include <timeslice/stream.h>

/* Reads exactly len bytes and returns len, or 0 where the stream has ended before the first of them.
 *
 * UDP-MSG-001 however they come           UDP-MSG-005 a signal in between
 * UDP-MSG-002 not a byte more             UDP-MSG-006 a non-blocking descriptor
 * UDP-MSG-003 the clean end               UDP-MSG-007 the kernel's errors
 * UDP-MSG-004 the end in the middle       UDP-MSG-008 no bytes at all
 * UDP-MSG-015 what is no socket           UDP-MSG-026 leaves nothing behind
 *
 * Beside UDP:
 * UDP-CMP-001 two sends, one read         UDP-CMP-005 the end
 * UDP-CMP-002 a short read
 */
ssize_t stream_read(int fd, void *buf, size_t len) {
    (void)fd;
    (void)buf;
    (void)len;
    errno = ENOSYS;
    return -1;
}
