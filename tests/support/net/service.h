/* service.h - runs udp_serve, the code under test, in its own thread until the test stops it. */
#ifndef SUPPORT_NET_SERVICE_H
#define SUPPORT_NET_SERVICE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>
#include <timeslice/udp.h>

#include "peer.h"

/* One run of udp_serve. A test may read result, error and stats after service_stop. It must be static: a test that
 * fails leaves its function while the thread goes on. */
struct service {
    struct peer socket; /* a plain socket of the kit, on which udp_serve runs */
    int stop[2];        /* a pipe: udp_serve gets its reading end */
    int stop_fd;        /* what udp_serve gets: stop[0], or a descriptor of the test */
    int ended;          /* an eventfd: readable after udp_serve has returned */
    pthread_t thread;
    atomic_int thread_id; /* 0 until the thread runs */
    udp_handler *handler;
    void *ctx;
    struct udp_stats stats;
    int result, error; /* what udp_serve returned, and its errno */
};

/* Starts udp_serve on a new IPv4 loopback socket. */
void service_start(struct service *service, udp_handler *handler, void *ctx);

/* The same on a socket that the test has opened, with a stop_fd of the test. If stop_fd is not negative, it goes in the
 * place of the reading end of the pipe. service_close closes the socket, and never stop_fd. */
void service_start_on(struct service *service, struct peer socket, int stop_fd, udp_handler *handler, void *ctx);

/* Waits until fd is readable. Returns false if udp_serve returned first and fd is still not readable. */
bool service_awaits(struct service *service, int fd);

/* Makes the stop pipe readable, unless told is false, and waits for the end of udp_serve. */
void service_stop(struct service *service, bool told);

/* Sends a request and waits for a datagram to come back. Its first cap bytes go to reply. Returns its true length, or
 * -1 if udp_serve returned instead. */
ssize_t service_ask(struct service *service, const struct peer *client, const void *request, size_t len, void *reply,
                    size_t cap);

/* Closes the socket and the pipe. */
void service_close(struct service *service);

#endif
