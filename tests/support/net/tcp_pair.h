/* tcp_pair.h - a TCP connection on the loopback: one end for the code under test, one with plain system calls.
 *
 * If a system call fails without a reason, the test fails with "the kit could not ...". */
#ifndef SUPPORT_NET_TCP_PAIR_H
#define SUPPORT_NET_TCP_PAIR_H

#include <pthread.h>
#include <stddef.h>

/* Both ends of a connection. */
struct tcp_pair {
    int ours;   /* for the code under test */
    int theirs; /* the other end, for the kit */
};

/* A connection on a port that the kernel chooses. Its buffers hold less than TCP_PAIR_HOLDS bytes. */
struct tcp_pair tcp_open(void);
#define TCP_PAIR_HOLDS 1000000

/* Closes both ends, unless they are closed already (-1). */
void tcp_close(struct tcp_pair *pair);

/* The other end sends bytes, and waits until the first bytes have arrived. There are fewer than 10,000. */
void tcp_say(const struct tcp_pair *pair, const void *data, size_t len);

/* The other end ends the stream. When this returns, the end has arrived. */
void tcp_finish(struct tcp_pair *pair);

/* The other end dies. A write to it gives a reset. When this returns, a reset has arrived. */
void tcp_die(struct tcp_pair *pair);

/* The other end resets the connection. When this returns, the reset has arrived. */
void tcp_reset(struct tcp_pair *pair);

/* Takes up to cap bytes from a stream, also from a pipe. Waits until they are there or the stream ends. Returns how
 * many there were. */
size_t tcp_hear(int fd, void *buf, size_t cap);

/* Takes the bytes that have arrived at our end, with a plain receive that does not wait. Returns how many. */
size_t tcp_left(const struct tcp_pair *pair, void *buf, size_t cap);

/* The other end, also of a pipe, at work in its own thread. Each time that `cue` becomes readable, it does one piece of
 * its work. It must be static: a test that fails leaves its function while the thread goes on. */
struct tcp_partner {
    pthread_t thread;
    int fd, cue;
    unsigned char *bytes; /* the bytes that it sends, or that it received */
    size_t len;           /* how many bytes; when it receives: first the room, then how many came */
    unsigned most;        /* when it sends: a piece has from 1 to this many bytes */
};

/* Starts a partner that sends len bytes, one piece at each cue. */
void tcp_partner_sends(struct tcp_partner *partner, int fd, int cue, const void *data, size_t len, unsigned most);

/* Starts a partner that begins to receive at the first cue. It goes on until the stream ends or it has cap bytes. */
void tcp_partner_hears(struct tcp_partner *partner, int fd, int cue, size_t cap);

/* Waits for the end of its work. After that a test may read bytes and len. tcp_partner_free frees them. */
void tcp_partner_join(struct tcp_partner *partner);
void tcp_partner_free(struct tcp_partner *partner);

#endif
