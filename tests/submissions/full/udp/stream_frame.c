#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <timeslice/stream.h>

int stream_send_frame(int fd, const void *data, size_t len) {
    if (len > STREAM_FRAME_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    uint32_t length = htonl((uint32_t)len);
    if (stream_write(fd, &length, sizeof length) == -1) {
        return -1;
    }
    return stream_write(fd, data, len);
}

/* Like stream_read, but the stream must not end here. */
static int read_rest(int fd, void *buf, size_t len) {
    ssize_t got = stream_read(fd, buf, len);
    if (got == 0 && len > 0) {
        errno = EPROTO;
        return -1;
    }
    return got == -1 ? -1 : 0;
}

int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len) {
    uint32_t length;
    ssize_t got = stream_read(fd, &length, sizeof length);
    if (got <= 0) {
        return (int)got;
    }
    *len = ntohl(length);
    if (*len <= cap) {
        return read_rest(fd, buf, *len) == -1 ? -1 : 1;
    }

    char rubbish[512];
    for (size_t left = *len; left > 0;) {
        size_t part = left < sizeof rubbish ? left : sizeof rubbish;
        if (read_rest(fd, rubbish, part) == -1) {
            return -1;
        }
        left -= part;
    }
    errno = EMSGSIZE;
    return -1;
}
