/* stream_frame.c - messages in a stream: a length in four bytes, and then as many bytes. */
#include "write_all.h"

#include <errno.h>
#include <sys/socket.h>
#include <timeslice/stream.h>

int stream_send_frame(int fd, const void *data, size_t len) {
    if (len > STREAM_FRAME_MAX) { /* UDP-MSG-025 */
        errno = EMSGSIZE;
        return -1;
    }
    /* UDP-MSG-016: shifts give the same bytes on every machine. UDP-MSG-019: an empty frame is only a header. */
    const unsigned char header[STREAM_FRAME_HEADER] = {(unsigned char)(len >> 24), (unsigned char)(len >> 16),
                                                       (unsigned char)(len >> 8), (unsigned char)len};
    /* UDP-MSG-018. Without MSG_MORE the header could leave alone. Then the payload waits until it is acknowledged. */
    if (write_all(fd, header, sizeof header, len > 0 ? MSG_MORE : 0) < 0)
        return -1;
    return write_all(fd, data, len, 0);
}

/* Reads len bytes that a header has announced. The end of the stream is an error here (UDP-MSG-021). */
static int read_announced(int fd, void *buf, size_t len) {
    ssize_t got = stream_read(fd, buf, len);
    if (got == 0 && len > 0)
        errno = EPROTO;
    return got == (ssize_t)len ? 0 : -1;
}

/* Reads len bytes and drops them. UDP-MSG-024: a few at a time, because somebody else claims this len. */
static int skip(int fd, size_t len) {
    char forgotten[4096];
    while (len > 0) {
        size_t part = len < sizeof forgotten ? len : sizeof forgotten;
        if (read_announced(fd, forgotten, part) < 0)
            return -1;
        len -= part;
    }
    return 0;
}

/* UDP-MSG-017: this reads exactly one frame, so the next call starts at the next header. UDP-CMP-006: in this way TCP
 * gets the borders that UDP has. UDP-MSG-026: no memory is allocated for a length. */
int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len) {
    unsigned char header[STREAM_FRAME_HEADER];
    ssize_t got = stream_read(fd, header, sizeof header);
    if (got <= 0)
        return (int)got; /* UDP-MSG-020: the end before a header is not an error */
    *len = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];
    if (*len > cap) { /* UDP-MSG-022, UDP-MSG-023 */
        if (skip(fd, *len) < 0)
            return -1;
        errno = EMSGSIZE;
        return -1;
    }
    return read_announced(fd, buf, *len) < 0 ? -1 : 1;
}
