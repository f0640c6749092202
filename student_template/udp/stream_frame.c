/* stream_frame.c - messages in a stream: a length of four bytes, and then so many bytes.
 *
 * Spec: spec/udp.md, areas MSG and CMP. Each function below is a stub: it compiles, fails with ENOSYS and earns
 * nothing.
 */
#include <errno.h>
#include <timeslice/stream.h>

/* Writes the len bytes at data as one frame and returns 0.
 *
 * UDP-MSG-016 its bytes                   UDP-MSG-019 an empty one
 * UDP-MSG-018 in pieces                   UDP-MSG-025 one that is too long
 * UDP-MSG-012 a peer that is gone
 */
int stream_send_frame(int fd, const void *data, size_t len) {
    (void)fd;
    (void)data;
    (void)len;
    errno = ENOSYS;
    return -1;
}

/* Reads one frame and returns 1, with its length in *len, or 0 where the stream has ended.
 *
 * UDP-MSG-017 one of several              UDP-MSG-022 one that does not fit
 * UDP-MSG-018 in pieces                   UDP-MSG-023 not a byte past cap
 * UDP-MSG-019 an empty one                UDP-MSG-024 a length is a claim
 * UDP-MSG-020 the end after a frame       UDP-MSG-026 leaves nothing behind
 * UDP-MSG-021 the end within a frame
 *
 * Beside UDP:
 * UDP-CMP-006 borders
 */
int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len) {
    (void)fd;
    (void)buf;
    (void)cap;
    (void)len;
    errno = ENOSYS;
    return -1;
}
