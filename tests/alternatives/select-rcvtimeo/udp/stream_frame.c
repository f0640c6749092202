/* stream_frame.c - a frame is put together in one block and written at once; one too long is skipped by MSG_TRUNC. */
#include "retry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <timeslice/stream.h>
#include <unistd.h>

int stream_send_frame(int fd, const void *data, size_t len) {
    if (len >> 32)
        return errno = EMSGSIZE, -1;
    unsigned char *frame = malloc(STREAM_FRAME_HEADER + len);
    if (!frame)
        return -1;
    for (int i = 0; i < STREAM_FRAME_HEADER; i++)
        frame[i] = (unsigned char)(len >> (24 - 8 * i));
    if (len)
        memcpy(frame + STREAM_FRAME_HEADER, data, len);
    int result = stream_write(fd, frame, STREAM_FRAME_HEADER + len);
    int why = errno;
    free(frame);
    errno = why;
    return result;
}

/* TCP drops bytes without copying them where it is told MSG_TRUNC; Valgrind wants a block for them all the same. */
static ssize_t drop(int fd, size_t len) {
    char bin[2048];
    size_t part = len < sizeof bin ? len : sizeof bin;
    ssize_t gone = recv(fd, bin, part, MSG_TRUNC);
    return gone < 0 && errno == ENOTSOCK ? read(fd, bin, part) : gone;
}

static int skip(int fd, size_t len) {
    while (len > 0) {
        ssize_t gone = drop(fd, len);
        if (gone == 0)
            return errno = EPROTO, -1;
        if (gone < 0 && !retry(fd, false))
            return -1;
        len -= gone > 0 ? (size_t)gone : 0;
    }
    return errno = EMSGSIZE, -1;
}

int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len) {
    unsigned char header[STREAM_FRAME_HEADER];
    ssize_t got = stream_read(fd, header, sizeof header);
    if (got <= 0)
        return (int)got;
    uint32_t length = 0;
    for (size_t i = 0; i < sizeof header; i++)
        length = length << 8 | header[i];
    *len = length;
    if (length > cap)
        return skip(fd, length);
    if (length > 0 && (got = stream_read(fd, buf, length)) == 0)
        errno = EPROTO;
    return got > 0 ? 1 : -1;
}
