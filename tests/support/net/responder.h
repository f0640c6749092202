/* responder.h - a server of the kit's own, made of plain system calls, that does with each request what a test says. */
#ifndef SUPPORT_NET_RESPONDER_H
#define SUPPORT_NET_RESPONDER_H

#include <pthread.h>
#include <semaphore.h>
#include <timeslice/udp.h>

#include "peer.h"

#define RESPONDER_REMEMBERS 8
#define RESPONDER_REQUEST_MAX 9000

/* A request as it came. */
struct request {
    struct udp_peer from;
    size_t len;
    unsigned char bytes[RESPONDER_REQUEST_MAX];
};

struct responder;

/* Deals with one request, in the responder's thread. number counts from 1. Must not assert. */
typedef void responder_script(struct responder *responder, unsigned number, const struct request *request);

/* Its first requests and their count may be read after responder_stop. */
struct responder {
    struct peer socket;
    responder_script *script;
    void *ctx;        /* the script's own, to be static or on the heap */
    unsigned tick_ms; /* not 0: the script also runs, with the first request, each time so long nothing came */
    unsigned count;
    struct request requests[RESPONDER_REMEMBERS];
    sem_t done; /* posted after each run of the script on a request */
    int stop;   /* an eventfd */
    pthread_t thread;
};

/* Starts one on a new loopback socket of family. */
struct responder *responder_start(int family, responder_script *script, void *ctx, unsigned tick_ms);

/* Sends an answer from the responder's own address. */
void responder_reply(const struct responder *responder, const void *data, size_t len, const struct udp_peer *to);

/* Waits until the script has dealt with one more request than at the last call. */
void responder_await(struct responder *responder);

/* Ends the thread; what has come by now is dealt with first. The socket stays open. */
void responder_stop(struct responder *responder);

void responder_free(struct responder *responder);

/* A script: sends each request back as it is. */
responder_script responder_echo;

#endif
