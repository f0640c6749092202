/* alarm.h - a helper thread that tells the time: its descriptor becomes readable when a wait is over.
 *
 * The caller of the library waits for ever, for its socket and for the alarm. The thread counts the time meanwhile. It
 * blocks all signals, so handlers run in the caller's thread. */
#ifndef ALARM_H
#define ALARM_H

#include <pthread.h>
#include <stddef.h>
#include <sys/types.h>
#include <timeslice/udp.h>

struct alarm_clock;

/* NULL and errno. */
struct alarm_clock *alarm_open(void);
void alarm_close(struct alarm_clock *alarm); /* keeps errno; NULL does nothing */

/* From now on in so many milliseconds. */
int alarm_set(struct alarm_clock *alarm, unsigned ms);

/* Receives a datagram. With alarm NULL it waits for ever. ETIMEDOUT: the alarm rang, and there was no datagram. */
ssize_t receive_before(struct alarm_clock *alarm, int fd, void *buf, size_t cap, struct udp_peer *from);

/* Starts a thread that handles no signals. Returns 0 or an errno. */
int start_quiet_thread(pthread_t *thread, void *(*work)(void *), void *arg);

/* A new socket that is connected to the server. */
int dial(const struct udp_peer *server);

#endif
