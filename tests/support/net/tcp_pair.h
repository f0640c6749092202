/* tcp_pair.h - a TCP connection on loopback: one end for the code under test, and one of plain system calls.
 *
 * Where a system call fails that has no reason to, the test fails with "the kit could not ...". */
#ifndef SUPPORT_NET_TCP_PAIR_H
#define SUPPORT_NET_TCP_PAIR_H

#include <pthread.h>
#include <stddef.h>

/* Both ends of a connection. */
struct tcp_pair {
    int ours;   /* given to the code under test */
    int theirs; /* the other end: the kit's */
};

/* A connection through a port of the kernel's choice. Its buffers hold less than TCP_PAIR_HOLDS bytes. */
struct tcp_pair tcp_open(void);
#define TCP_PAIR_HOLDS 1000000

/* Closes what is still open (-1: closed already). */
void tcp_close(struct tcp_pair *pair);

/* The other end sends bytes, and waits until the first have arrived. len is less than 10,000. */
void tcp_say(const struct tcp_pair *pair, const void *data, size_t len);

/* The other end sends no more: the end of the stream, which has arrived when this returns. */
void tcp_finish(struct tcp_pair *pair);

/* The other end dies: what is written to it comes back as a reset, which has arrived when this returns. */
void tcp_die(struct tcp_pair *pair);

/* The other end resets the connection, which has arrived when this returns. */
void tcp_reset(struct tcp_pair *pair);

/* Takes up to cap bytes from a stream, waiting until they are there or the stream ends. Returns how many there were. */
size_t tcp_hear(int fd, void *buf, size_t cap);

/* Takes what has arrived at our end with a plain receive that does not wait. Returns how many bytes there were. */
size_t tcp_left(const struct tcp_pair *pair, void *buf, size_t cap);

/* The other end, busy in a thread of its own: each time that `cue` becomes readable it does one piece of its work. To
 * be static: a test that fails leaves its function while the thread goes on. */
struct tcp_partner {
    pthread_t thread;
    int fd, cue;
    unsigned char *bytes; /* what is sent, or what was heard */
    size_t len;           /* how many bytes; of a listener: room for them, and then how many came */
    unsigned most;        /* a sender's piece has from 1 to this many bytes */
};

/* Starts a partner that sends len bytes, a piece at each cue. */
void tcp_partner_sends(struct tcp_partner *partner, int fd, int cue, const void *data, size_t len, unsigned most);

/* Starts a partner that at the first cue begins to take bytes, and goes on until the stream's end or cap bytes. */
void tcp_partner_hears(struct tcp_partner *partner, int fd, int cue, size_t cap);

/* Waits for the end of its work. bytes and len may be read then; tcp_partner_free gives them back. */
void tcp_partner_join(struct tcp_partner *partner);
void tcp_partner_free(struct tcp_partner *partner);

#endif
