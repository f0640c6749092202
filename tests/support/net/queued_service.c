/* queued_service.c - a handler that runs the test's action, and stops the loop. */
#include "queued_service.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pair.h"
#include "support/core/narration.h"
#include "support/core/require.h"

static const char stop_request[] = "please stop now";

struct queued_service queued_open(int family, bool nonblocking) {
    struct queued_service service = {
        .socket = peer_open(family), .client = peer_open(family), .stopper = peer_open(family)};
    wire_open(peer_port(&service.socket.at), WIRE_SERVER);
    require(pipe2(service.stop, O_CLOEXEC) == 0, "open a pipe");
    if (nonblocking)
        set_nonblocking(service.socket.fd, true);
    return service;
}

void queued_ask(const struct queued_service *service, const char *request) {
    peer_send(&service->client, request, strlen(request), &service->socket.at);
    peer_await(&service->socket);
}

static void stop(const struct queued_service *service) {
    require(write(service->stop[1], "", 1) == 1, "write to a pipe");
}

static ssize_t handle(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    struct queued_service *service = ctx;
    (void)from;
    if (len == sizeof stop_request && memcmp(req, stop_request, len) == 0) {
        stop(service);
        return -1;
    }
    service->calls++;
    memcpy(reply, req, len < cap ? len : cap);
    if (service->calls == service->last)
        stop(service);
    return service->action != NULL ? service->action(service, service->calls, len) : (ssize_t)len;
}

int queued_serve_until(struct queued_service *service, int stop_fd, queued_action *action) {
    service->calls = 0;
    service->action = action;
    memset(&service->stats, service->fill, sizeof service->stats);
    errno = 0;
    int result = udp_serve(service->socket.fd, handle, service, stop_fd, &service->stats), error = errno;
    step("udp_serve returned %d after %u calls of the handler%s%s", result, service->calls, result ? ", errno: " : "",
         result ? strerror(error) : "");
    errno = error;
    return result;
}

/* A connected socket gets datagrams of its peer only. */
static bool is_connected(const struct peer *socket) {
    struct udp_peer peer = {.len = sizeof peer.addr};
    return getpeername(socket->fd, (struct sockaddr *)&peer.addr, &peer.len) == 0;
}

int queued_serve(struct queued_service *service, queued_action *action) {
    char byte;
    int waiting = 0;
    require(ioctl(service->stop[0], FIONREAD, &waiting) == 0, "look at a pipe");
    if (waiting > 0)
        require(read(service->stop[0], &byte, 1) == 1, "empty a pipe");
    const struct peer *from = is_connected(&service->socket) ? &service->client : &service->stopper;
    peer_send(from, stop_request, sizeof stop_request, &service->socket.at);
    int result = queued_serve_until(service, service->stop[0], action), error = errno;
    if (result == 0) {
        service->stats.received--;
        service->stats.declined--;
    }
    errno = error;
    return result;
}

void queued_close(struct queued_service *service) {
    peer_close(&service->socket);
    peer_close(&service->client);
    peer_close(&service->stopper);
    close(service->stop[0]);
    close(service->stop[1]);
}
