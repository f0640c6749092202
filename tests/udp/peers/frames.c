/* frames.c - a program that answers frames with frames, for peers in other languages: see test_stream_peers.py.
 *
 * `frames CAP` reads frames of at most CAP bytes from descriptor 0 and writes each of them unchanged to descriptor 1.
 * If a frame is too long, it answers with a frame that says so. `bytes COUNT` reads COUNT bytes at a time and writes
 * them, until the stream ends.
 *
 * It exits with 0 at the end of the stream. After an error it prints the name of the error and exits with 1. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/stream.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };

static unsigned char buf[ROOM];

/* Answers one frame. Returns as stream_recv_frame does. */
static int answer_frame(size_t cap) {
    char sorry[40];
    size_t len;
    int result = stream_recv_frame(STDIN_FILENO, buf, cap, &len);
    if (result > 0)
        return stream_send_frame(STDOUT_FILENO, buf, len) < 0 ? -1 : 1;
    if (result == 0 || errno != EMSGSIZE)
        return result;
    snprintf(sorry, sizeof sorry, "too long: %zu", len);
    return stream_send_frame(STDOUT_FILENO, sorry, strlen(sorry)) < 0 ? -1 : 1;
}

static int pass_bytes(size_t count) {
    ssize_t got = stream_read(STDIN_FILENO, buf, count);
    return got > 0 && stream_write(STDOUT_FILENO, buf, (size_t)got) < 0 ? -1 : (int)(got > 0) - (got < 0);
}

int main(int argc, char **argv) {
    size_t number = argc == 3 ? strtoul(argv[2], NULL, 10) : ROOM + 1;
    if (number > ROOM)
        return 2;
    int (*step)(size_t) = strcmp(argv[1], "frames") == 0 ? answer_frame : pass_bytes;
    int result;
    do
        result = step(number);
    while (result > 0);
    if (result < 0)
        fprintf(stderr, "%s\n", strerrorname_np(errno));
    return result < 0;
}
