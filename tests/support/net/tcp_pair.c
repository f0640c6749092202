/* tcp_pair.c - connects two sockets, and does the work of the other end with plain system calls. */
#include "tcp_pair.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"
#include "support/core/narration.h"
#include "support/core/require.h"
#include "support/core/seed.h"

/* A TCP socket with small buffers. They have to be small before the connection is made. */
static int open_socket(void) {
    const int bytes = 65536; /* the kernel doubles it */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(fd != -1, "open a socket");
    require(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes) == 0, "set a socket's buffer");
    require(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) == 0, "set a socket's buffer");
    return fd;
}

struct tcp_pair tcp_open(void) {
    struct udp_peer at = peer_address(AF_INET, 0);
    int listener = open_socket();
    struct tcp_pair pair = {.ours = open_socket()};
    require(bind(listener, (struct sockaddr *)&at.addr, at.len) == 0, "bind a socket to loopback");
    require(listen(listener, 1) == 0, "listen on a socket");
    require(getsockname(listener, (struct sockaddr *)&at.addr, &at.len) == 0, "read a socket's address");
    require(connect(pair.ours, (struct sockaddr *)&at.addr, at.len) == 0, "connect a socket");
    pair.theirs = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    require(pair.theirs != -1, "accept a connection");
    close(listener);
    /* the other end's bytes leave at once, before it gets an acknowledgement */
    require(setsockopt(pair.theirs, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)) == 0, "set a socket's option");
    step("a TCP connection; its end for the code under test is descriptor %d", pair.ours);
    return pair;
}

static void close_end(int *fd) {
    if (*fd != -1)
        close(*fd);
    *fd = -1;
}

void tcp_close(struct tcp_pair *pair) {
    close_end(&pair->ours);
    close_end(&pair->theirs);
}

static void await(int fd, short events) {
    struct pollfd wait = {.fd = fd, .events = events};
    int ready;
    do
        ready = poll(&wait, 1, -1);
    while (ready == -1 && errno == EINTR);
    require(ready == 1, "wait for a socket");
}

static void send_all(int fd, const unsigned char *data, size_t len) {
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
        if (sent == -1 && errno == ENOTSOCK)
            sent = write(fd, data, len);
        require(sent > 0 || errno == EINTR, "send on a stream");
        data += sent > 0 ? sent : 0;
        len -= sent > 0 ? (size_t)sent : 0;
    }
}

void tcp_say(const struct tcp_pair *pair, const void *data, size_t len) {
    step("the other end sends %zu bytes", len);
    send_all(pair->theirs, data, len);
    if (len > 0)
        await(pair->ours, POLLIN);
}

void tcp_finish(struct tcp_pair *pair) {
    step("the other end sends no more");
    require(shutdown(pair->theirs, SHUT_WR) == 0, "shut a socket down");
    await(pair->ours, POLLRDHUP);
}

void tcp_die(struct tcp_pair *pair) {
    step("the other end is gone");
    close_end(&pair->theirs);
    await(pair->ours, POLLRDHUP);
    require(send(pair->ours, "x", 1, MSG_NOSIGNAL) == 1, "send to a socket that is gone");
    await(pair->ours, 0); /* poll always waits for POLLHUP and POLLERR */
}

void tcp_reset(struct tcp_pair *pair) {
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    step("the other end resets the connection");
    require(setsockopt(pair->theirs, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0, "set a socket's option");
    close_end(&pair->theirs);
    await(pair->ours, 0);
}

size_t tcp_hear(int fd, void *buf, size_t cap) {
    size_t got = 0;
    while (got < cap) {
        ssize_t some = recv(fd, (char *)buf + got, cap - got, 0);
        if (some == -1 && errno == ENOTSOCK)
            some = read(fd, (char *)buf + got, cap - got);
        require(some >= 0 || errno == EINTR, "receive from a stream");
        if (some == 0)
            break;
        got += some > 0 ? (size_t)some : 0;
    }
    return got;
}

size_t tcp_left(const struct tcp_pair *pair, void *buf, size_t cap) {
    ssize_t got;
    do
        got = recv(pair->ours, buf, cap, MSG_DONTWAIT);
    while (got == -1 && errno == EINTR);
    require(got >= 0 || errno == EAGAIN, "receive from a stream");
    return got > 0 ? (size_t)got : 0;
}

/* Waits for the cue, which is an eventfd or a pipe, and takes it. */
static void take_cue(int cue) {
    uint64_t taken;
    await(cue, POLLIN);
    ssize_t got = read(cue, &taken, sizeof taken);
    require(got > 0 || errno == EAGAIN || errno == EINTR, "read a cue");
}

static void *send_pieces(void *argument) {
    struct tcp_partner *partner = argument;
    struct dice dice = dice_for("pieces");
    for (size_t sent = 0, piece; sent < partner->len; sent += piece) {
        piece = 1 + dice_below(&dice, partner->most);
        if (piece > partner->len - sent)
            piece = partner->len - sent;
        take_cue(partner->cue);
        send_all(partner->fd, partner->bytes + sent, piece);
    }
    return NULL;
}

static void *hear_all(void *argument) {
    struct tcp_partner *partner = argument;
    take_cue(partner->cue);
    partner->len = tcp_hear(partner->fd, partner->bytes, partner->len);
    return NULL;
}

/* Starts the work in a thread that gets no signals of the test. */
static void start(struct tcp_partner *partner, void *(*work)(void *)) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    require(pthread_create(&partner->thread, NULL, work, partner) == 0, "start a thread");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void tcp_partner_sends(struct tcp_partner *partner, int fd, int cue, const void *data, size_t len, unsigned most) {
    *partner = (struct tcp_partner){.fd = fd, .cue = cue, .bytes = malloc(len), .len = len, .most = most};
    require(partner->bytes != NULL, "find memory");
    memcpy(partner->bytes, data, len);
    step("the other end sends %zu bytes, 1 to %u at a time", len, most);
    start(partner, send_pieces);
}

void tcp_partner_hears(struct tcp_partner *partner, int fd, int cue, size_t cap) {
    *partner = (struct tcp_partner){.fd = fd, .cue = cue, .bytes = malloc(cap), .len = cap};
    require(partner->bytes != NULL, "find memory");
    start(partner, hear_all);
}

void tcp_partner_join(struct tcp_partner *partner) {
    require(pthread_join(partner->thread, NULL) == 0, "join a thread");
}

void tcp_partner_free(struct tcp_partner *partner) {
    free(partner->bytes);
    partner->bytes = NULL;
}
