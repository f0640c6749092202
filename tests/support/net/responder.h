/* responder.h - the kit's own server, with plain system calls. A script of the test decides what it does. */
#ifndef SUPPORT_NET_RESPONDER_H
#define SUPPORT_NET_RESPONDER_H

#include <pthread.h>
#include <semaphore.h>
#include <timeslice/udp.h>

#include "peer.h"

#define RESPONDER_REMEMBERS 8
#define RESPONDER_REQUEST_MAX 9000

/* A request, unchanged. */
struct request {
    struct udp_peer from;
    size_t len;
    unsigned char bytes[RESPONDER_REQUEST_MAX];
};

struct responder;

/* Handles one request, in the thread of the responder. The number counts from 1. It must not assert. */
typedef void responder_script(struct responder *responder, unsigned number, const struct request *request);

/* A test may read the first requests and their count after responder_stop. */
struct responder {
    struct peer socket;
    responder_script *script;
    void *ctx;        /* for the script; it must be static or on the heap */
    unsigned tick_ms; /* if not 0: after this long without a request, the script runs again with the first one */
    unsigned count;
    struct request requests[RESPONDER_REMEMBERS];
    sem_t done; /* posted after each run of the script on a request */
    int stop;   /* an eventfd */
    pthread_t thread;
};

/* Starts a responder on a new loopback socket of family. */
struct responder *responder_start(int family, responder_script *script, void *ctx, unsigned tick_ms);

/* Sends an answer from the responder's own address. */
void responder_reply(const struct responder *responder, const void *data, size_t len, const struct udp_peer *to);

/* Waits until the script has handled one more request than at the last call. */
void responder_await(struct responder *responder);

/* Ends the thread after it has handled all requests that have come by now. The socket stays open. */
void responder_stop(struct responder *responder);

void responder_free(struct responder *responder);

/* A script: sends each request back unchanged. */
responder_script responder_echo;

#endif
