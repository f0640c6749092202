/* stream_frame.c - messages in a stream: a length in four bytes, and then as many bytes.
 *
 * Spec: spec/udp.md, areas MSG and CMP. Each function below is a stub: it compiles, fails with ENOSYS and earns
 * nothing.
 */
#include <errno.h>
#include <timeslice/stream.h>

/* Writes the len bytes at data as one frame and returns 0.
 *
 * - UDP-MSG-012: a peer that is gone
 * - UDP-MSG-016: the bytes of a frame
 * - UDP-MSG-018: a frame in pieces
 * - UDP-MSG-019: an empty frame
 * - UDP-MSG-025: a payload that is too long
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
int stream_send_frame(int fd, const void *data, size_t len) {
    (void)fd;
    (void)data;
    (void)len;
    errno = ENOSYS;
    return -1;
}

/* Reads one frame and returns 1, with its length in *len. Returns 0 if the stream has ended.
 *
 * - UDP-MSG-017: one frame of several
 * - UDP-MSG-018: a frame in pieces
 * - UDP-MSG-019: an empty frame
 * - UDP-MSG-020: the end after a frame
 * - UDP-MSG-021: the end in the middle of a frame
 * - UDP-MSG-022: a frame that does not fit
 * - UDP-MSG-023: nothing past cap
 * - UDP-MSG-024: a length that claims too much
 * - UDP-MSG-026: leaves nothing behind
 *
 * Compared with UDP:
 * - UDP-CMP-006: the same borders as in UDP
 *
 * When a call fails:
 * - UDP-FAULT-001: a signal ends it
 * - UDP-FAULT-002: no memory
 * - UDP-FAULT-003: no descriptor
 */
int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len) {
    (void)fd;
    (void)buf;
    (void)cap;
    (void)len;
    errno = ENOSYS;
    return -1;
}
