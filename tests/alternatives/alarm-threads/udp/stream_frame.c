/* stream_frame.c - the header goes out together with the first bytes of the payload, in one small block. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <timeslice/stream.h>

int stream_send_frame(int fd, const void *data, size_t len) {
    unsigned char block[1400];
    size_t first = len < sizeof block - STREAM_FRAME_HEADER ? len : sizeof block - STREAM_FRAME_HEADER;
    if (len > STREAM_FRAME_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    uint32_t length = htonl((uint32_t)len);
    memcpy(block, &length, STREAM_FRAME_HEADER);
    if (first > 0)
        memcpy(block + STREAM_FRAME_HEADER, data, first);
    if (stream_write(fd, block, STREAM_FRAME_HEADER + first) != 0)
        return -1;
    return len > first ? stream_write(fd, (const char *)data + first, len - first) : 0;
}

static int broken_off(ssize_t read) {
    if (read == 0)
        errno = EPROTO;
    return -1;
}

/* Reads bytes that nobody wants. */
static int skip(int fd, size_t len) {
    unsigned char block[1400];
    while (len > 0) {
        ssize_t got = stream_read(fd, block, len < sizeof block ? len : sizeof block);
        if (got <= 0)
            return broken_off(got);
        len -= (size_t)got;
    }
    return 0;
}

int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len) {
    uint32_t length;
    ssize_t got = stream_read(fd, &length, STREAM_FRAME_HEADER);
    if (got <= 0)
        return (int)got;
    *len = ntohl(length);
    if (*len > cap) {
        if (skip(fd, *len) == 0)
            errno = EMSGSIZE;
        return -1;
    }
    if (*len == 0)
        return 1;
    got = stream_read(fd, buf, *len);
    return got > 0 ? 1 : broken_off(got);
}
