/* stream.h - the UDP lab's contract for streams: exactly so many bytes, all bytes, and messages as frames.
 *
 * For TCP and every other stream descriptor: Unix stream sockets, pipes. A stream has no borders, so a read may bring
 * less than was asked for, or the end of one message and the start of the next. No function takes a byte more from the
 * stream than it returns, so the descriptor may be used directly in between. All of them wait where a non-blocking
 * descriptor says EAGAIN, and none fails with EINTR. Every error is -1 with errno set; after one that is not EMSGSIZE
 * nobody can tell where in the stream the next message begins: close it. None prints, none exits, none closes fd or
 * changes its flags, none changes what the caller does about signals. The clauses are in spec/udp.md, area MSG.
 */
#ifndef TIMESLICE_STREAM_H
#define TIMESLICE_STREAM_H

#include <stddef.h>
#include <sys/types.h>

/* A frame: its payload's length in this many bytes, the most significant first, and then the payload. */
#define STREAM_FRAME_HEADER 4

/* The longest payload of a frame, in bytes: what fits in the header. */
#define STREAM_FRAME_MAX 0xffffffff

/* Reads exactly len bytes into buf (NULL where len is 0). Returns len, or 0 where the stream has ended before the first
 * of them; with len 0 it returns 0 and looks at nothing.
 * Errors: EPROTO the stream ended after some bytes and before len; those of read(2). */
ssize_t stream_read(int fd, void *buf, size_t len);

/* Writes all len bytes at data (NULL where len is 0). Returns 0; after an error some of them may have been written.
 * Errors: EPIPE nobody reads any more (on a socket without a SIGPIPE); those of send(2) and write(2). */
int stream_write(int fd, const void *data, size_t len);

/* Writes the len bytes at data as one frame. Returns 0. Errors: EMSGSIZE len is more than STREAM_FRAME_MAX, and nothing
 * was written; those of stream_write. */
int stream_send_frame(int fd, const void *data, size_t len);

/* Reads one frame into buf, which has room for cap bytes (NULL where cap is 0). Returns 1, and *len is the length of
 * its payload, which may be 0; or 0 where the stream has ended and there is no further frame. Errors: EMSGSIZE the
 * frame is longer than cap: it was skipped, *len is its length, and the next call reads the next frame; EPROTO the
 * stream ended within a frame; those of read(2). */
int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len);

#endif
