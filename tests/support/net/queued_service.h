/* queued_service.h - runs udp_serve, the code under test, in the test's own thread, on requests that wait already. */
#ifndef SUPPORT_NET_QUEUED_SERVICE_H
#define SUPPORT_NET_QUEUED_SERVICE_H

#include <stdbool.h>
#include <sys/types.h>
#include <timeslice/udp.h>

#include "peer.h"

struct queued_service;

/* What the test does within the handler, for the call with this number, which counts from 1. The request is already
 * copied to reply. Returns what the handler has to return. */
typedef ssize_t queued_action(struct queued_service *service, unsigned call, size_t len);

struct queued_service {
    struct peer socket, client; /* plain sockets: udp_serve runs on the first, and the other one asks */
    struct peer stopper;        /* sends the last request, so that nothing else comes to the client */
    unsigned char fill;         /* every byte of the statistics before a call; udp_serve has to start them at zero */
    int stop[2];                /* a pipe: udp_serve gets its reading end as stop_fd */
    unsigned calls;             /* of the handler, without the last one */
    unsigned last;              /* if not 0: at this call of the handler, the pipe becomes readable */
    queued_action *action;      /* NULL: the handler replies with the request */
    struct udp_stats stats;     /* without the last request, which is declined */
};

/* Two sockets of a family and a pipe. */
struct queued_service queued_open(int family, bool nonblocking);

/* The client sends a request. When this returns, it waits at the socket. */
void queued_ask(const struct queued_service *service, const char *request);

/* Calls udp_serve for all requests that wait. Returns its result, with its errno. Behind them the stopper sends
 * one more, which makes the handler stop the loop. Before the call, nothing is in the pipe. */
int queued_serve(struct queued_service *service, queued_action *action);

/* The same without that last request: the loop has to end in another way. */
int queued_serve_until(struct queued_service *service, int stop_fd, queued_action *action);

void queued_close(struct queued_service *service);

#endif
