/* service.c - a thread for udp_serve, a pipe that stops it, and an eventfd that reports its end. */
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support/core/narration.h"
#include "support/core/require.h"

static void *run(void *argument) {
    struct service *service = argument;
    service->thread_id = gettid();
    service->result = udp_serve(service->socket.fd, service->handler, service->ctx, service->stop_fd, &service->stats);
    service->error = errno;
    step("udp_serve returned %d%s%s", service->result, service->result ? ", errno: " : "",
         service->result ? strerror(service->error) : "");
    require(eventfd_write(service->ended, 1) == 0, "tell of a thread's end");
    return NULL;
}

void service_start(struct service *service, udp_handler *handler, void *ctx) {
    service_start_on(service, peer_open(AF_INET), -1, handler, ctx);
}

void service_start_on(struct service *service, struct peer socket, int stop_fd, udp_handler *handler, void *ctx) {
    memset(service, 0, sizeof *service);
    memset(&service->stats, 0, sizeof service->stats);
    service->socket = socket;
    wire_open(peer_port(&service->socket.at), WIRE_SERVER);
    service->handler = handler;
    service->ctx = ctx;
    service->ended = eventfd(0, EFD_CLOEXEC);
    require(service->ended != -1 && pipe2(service->stop, O_CLOEXEC) == 0, "open a pipe");
    service->stop_fd = stop_fd >= 0 ? stop_fd : service->stop[0];
    step("udp_serve is started on %s:%u", socket.at.addr.ss_family == AF_INET ? "127.0.0.1" : "[::1]",
         peer_port(&service->socket.at));
    require((errno = pthread_create(&service->thread, NULL, run, service)) == 0, "start a thread");
}

bool service_awaits(struct service *service, int fd) {
    struct pollfd wait[] = {{.fd = fd, .events = POLLIN}, {.fd = service->ended, .events = POLLIN}};
    while (poll(wait, 2, -1) == -1)
        require(errno == EINTR, "wait for a descriptor");
    return wait[0].revents != 0;
}

void service_stop(struct service *service, bool told) {
    if (told)
        require(write(service->stop[1], "", 1) == 1, "write to a pipe");
    require((errno = pthread_join(service->thread, NULL)) == 0, "join a thread");
}

ssize_t service_ask(struct service *service, const struct peer *client, const void *request, size_t len, void *reply,
                    size_t cap) {
    peer_send(client, request, len, &service->socket.at);
    if (!service_awaits(service, client->fd))
        return -1;
    return peer_receive(client, reply, cap, NULL);
}

void service_close(struct service *service) {
    peer_close(&service->socket);
    close(service->stop[0]);
    if (service->stop[1] != -1)
        close(service->stop[1]);
    close(service->ended);
}
