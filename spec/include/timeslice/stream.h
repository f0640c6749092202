/* stream.h - the UDP lab's contract for streams: exactly so many bytes, all bytes, and messages as frames.
 *
 * The functions work with TCP and with every other stream descriptor: Unix stream sockets, pipes. A stream has no
 * borders. So a read may return less than you asked for, or the end of one message and the start of the next.
 *
 * No function takes a byte more from the stream than it returns, so you may use the descriptor directly between two
 * calls. If a non-blocking descriptor gives EAGAIN, the function waits. No function fails with EINTR. A function that
 * fails returns -1 and sets errno. After an error other than EMSGSIZE nobody knows where the next message begins: close
 * the stream. No function prints or exits. No function closes fd or changes its flags. No function changes what the
 * caller does about signals. The clauses are in spec/udp.md, area MSG.
 */
#ifndef TIMESLICE_STREAM_H
#define TIMESLICE_STREAM_H

#include <stddef.h>
#include <sys/types.h>

/* A frame is the length of its payload in this many bytes, the most significant first, and then the payload. */
#define STREAM_FRAME_HEADER 4

/* The longest payload of a frame, in bytes: the largest length that fits in the header. */
#define STREAM_FRAME_MAX 0xffffffff

/* Reads exactly len bytes into buf, which may be NULL if len is 0. Returns len, or 0 if the stream has ended before the
 * first byte. With len 0 it returns 0 and reads nothing. Errors:
 * - EPROTO: the stream ended after some bytes and before len.
 * - Those of read(2). */
ssize_t stream_read(int fd, void *buf, size_t len);

/* Writes all len bytes at data, which may be NULL if len is 0. Returns 0. After an error some of the bytes may have
 * been written. Errors:
 * - EPIPE: nobody reads any more. On a socket no SIGPIPE is raised.
 * - Those of send(2) and write(2). */
int stream_write(int fd, const void *data, size_t len);

/* Writes the len bytes at data as one frame. Returns 0. Errors:
 * - EMSGSIZE: len is more than STREAM_FRAME_MAX. Nothing was written.
 * - Those of stream_write. */
int stream_send_frame(int fd, const void *data, size_t len);

/* Reads one frame into buf, which has room for cap bytes. It may be NULL if cap is 0. Returns 1, and *len is the length
 * of the payload, which may be 0. Returns 0 if the stream has ended and there is no further frame. Errors:
 * - EMSGSIZE: the frame is longer than cap. It was skipped, and *len is its length. The next call reads the next frame.
 * - EPROTO: the stream ended within a frame.
 * - Those of read(2). */
int stream_recv_frame(int fd, void *buf, size_t cap, size_t *len);

#endif
