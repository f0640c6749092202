/* responder.c - a thread that takes requests, keeps the first ones, and runs the test's script for each. */
#include "responder.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support/core/require.h"

static void take_request(struct responder *responder) {
    static _Thread_local struct request later; /* for the requests that are not kept */
    unsigned number = responder->count + 1;
    struct request *request = number <= RESPONDER_REMEMBERS ? &responder->requests[number - 1] : &later;
    request->len = (size_t)peer_receive(&responder->socket, request->bytes, sizeof request->bytes, &request->from);
    responder->count = number;
    responder->script(responder, number, request);
    sem_post(&responder->done);
}

static void *run(void *argument) {
    struct responder *responder = argument;
    struct pollfd wait[] = {{.fd = responder->socket.fd, .events = POLLIN}, {.fd = responder->stop, .events = POLLIN}};
    for (;;) {
        int ready = poll(wait, 2, responder->tick_ms ? (int)responder->tick_ms : -1);
        if (ready == 0 && responder->count)
            responder->script(responder, responder->count, &responder->requests[0]);
        else if (ready > 0 && wait[0].revents)
            take_request(responder);
        else if (ready > 0)
            return NULL;
    }
}

struct responder *responder_start(int family, responder_script *script, void *ctx, unsigned tick_ms) {
    struct responder *responder = calloc(1, sizeof *responder);
    require(responder != NULL, "find memory");
    responder->socket = peer_open(family);
    wire_open(peer_port(&responder->socket.at), WIRE_SERVER);
    responder->script = script;
    responder->ctx = ctx;
    responder->tick_ms = tick_ms;
    responder->stop = eventfd(0, EFD_CLOEXEC);
    require(responder->stop != -1 && sem_init(&responder->done, 0, 0) == 0, "make an eventfd");
    require((errno = pthread_create(&responder->thread, NULL, run, responder)) == 0, "start a thread");
    return responder;
}

void responder_reply(const struct responder *responder, const void *data, size_t len, const struct udp_peer *to) {
    peer_send(&responder->socket, data, len, to);
}

void responder_await(struct responder *responder) {
    while (sem_wait(&responder->done) == -1)
        require(errno == EINTR, "wait for a request");
}

void responder_stop(struct responder *responder) {
    require(eventfd_write(responder->stop, 1) == 0, "stop a thread");
    require((errno = pthread_join(responder->thread, NULL)) == 0, "join a thread");
}

void responder_free(struct responder *responder) {
    peer_close(&responder->socket);
    close(responder->stop);
    sem_destroy(&responder->done);
    free(responder);
}

void responder_echo(struct responder *responder, unsigned number, const struct request *request) {
    (void)number;
    responder_reply(responder, request->bytes, request->len, &request->from);
}
