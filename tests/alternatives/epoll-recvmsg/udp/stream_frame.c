/* stream_frame.c - header and payload gathered in one sendmsg; a state that says what of a frame comes next. */
#include "blocks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <timeslice/stream.h>

int stream_send_frame(int fd, const void *data, size_t len) {
    if (len > UINT32_MAX)
        return errno = EMSGSIZE, -1;
    uint32_t header = htonl((uint32_t)len);
    struct iovec parts[] = {{&header, sizeof header}, {(void *)data, len}};
    return blocks_send(fd, (struct blocks){parts, 2});
}

/* Reads what must come. */
static int read_due(int fd, void *buf, size_t len) {
    ssize_t got = len ? stream_read(fd, buf, len) : 0;
    if (len && got == 0)
        return errno = EPROTO, -1;
    return got == -1 ? -1 : 0;
}

int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len) {
    enum { HEADER, PAYLOAD, SKIP, TOO_LONG, DONE } state = HEADER;
    uint32_t header = 0;
    size_t left = 0;
    while (state != DONE) {
        char bin[1500];
        size_t piece = left < sizeof bin ? left : sizeof bin;
        ssize_t got;
        switch (state) {
        case HEADER:
            got = stream_read(fd, &header, sizeof header);
            if (got <= 0)
                return (int)got;
            left = *len = ntohl(header);
            state = left <= cap ? PAYLOAD : SKIP;
            break;
        case PAYLOAD:
            if (read_due(fd, buf, left) == -1)
                return -1;
            state = DONE;
            break;
        case SKIP:
            if (read_due(fd, bin, piece) == -1)
                return -1;
            left -= piece;
            state = left > 0 ? SKIP : TOO_LONG;
            break;
        case TOO_LONG:
        case DONE:
            return errno = EMSGSIZE, -1;
        }
    }
    return 1;
}
