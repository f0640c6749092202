/* serve_stop.c - udp_serve and its stop_fd: of every kind, readable, hung up, closed, or negative, at any moment. */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/faults.h"
#include "support/net/pair.h"
#include "support/net/queued_service.h"
#include "support/net/service.h"
#include "support/process/kernel_view.h"

/* For statistics that the test does not look at. */
static struct udp_stats uncounted;

static const int families[] = {AF_INET, AF_INET6};

/* A descriptor that can be stop_fd, and the other end if it has one. */
struct stop {
    int fd, other;
    const char *name;
};

enum { STOPS = 4 };

static struct stop stop_of_kind(unsigned kind) {
    static const char *const names[STOPS] = {"a pipe", "an eventfd", "a timerfd", "a signalfd"};
    struct stop stop = {-1, -1, names[kind]};
    int ends[2];
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    if (kind == 0 && pipe2(ends, O_CLOEXEC) == 0)
        stop = (struct stop){ends[0], ends[1], names[0]};
    else if (kind == 1)
        stop.fd = eventfd(0, EFD_CLOEXEC);
    else if (kind == 2)
        stop.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    else if (kind == 3 && sigprocmask(SIG_BLOCK, &signals, NULL) == 0)
        stop.fd = signalfd(-1, &signals, SFD_CLOEXEC);
    require(stop.fd != -1, "open a descriptor for stop_fd");
    return stop;
}

static void make_readable(unsigned kind, const struct stop *stop) {
    const struct itimerspec soon = {.it_value.tv_nsec = 1};
    step("%s, stop_fd, becomes readable", stop->name);
    if (kind == 0)
        require(write(stop->other, "", 1) == 1, "write to a pipe");
    else if (kind == 1)
        require(eventfd_write(stop->fd, 1) == 0, "write to an eventfd");
    else if (kind == 2)
        require(timerfd_settime(stop->fd, 0, &soon, NULL) == 0, "start a timer");
    else
        require(kill(getpid(), SIGUSR1) == 0, "send a signal");
    await_readable(stop->fd);
}

static void stop_close(struct stop *stop) {
    close(stop->fd);
    if (stop->other != -1)
        close(stop->other);
}

Test(udp_serve, ends_at_once_if_stop_fd_is_readable, .timeout = 3,
     .description =
         "UDP-SRV-009 UDP-SRV-009a UDP-SRV-009d UDP-SRV-009e: four kinds of stop_fd, sockets of both families, "
         "non-blocking or not") {
    for (unsigned i = 0; i < 2 * STOPS; i++) {
        struct queued_service service = queued_open(families[i % 2], i % 4 < 2);
        struct stop stop = stop_of_kind(i / 2);
        make_readable(i / 2, &stop);
        expect_int(queued_serve_until(&service, stop.fd, NULL), 0, "calling udp_serve, %s is readable", stop.name);
        expect_true(is_readable(stop.fd), "%s is still readable", stop.name);
        expect_int(service.stats.received, 0, "stats.received");
        stop_close(&stop);
        queued_close(&service);
    }
}

Test(udp_serve, ends_when_stop_fd_becomes_readable, .timeout = 3,
     .description =
         "UDP-SRV-009 UDP-SRV-009b UDP-SRV-009d UDP-SRV-009e: three kinds of stop_fd, while the loop waits and "
         "no request ever comes") {
    for (unsigned i = 0; i < 6; i++) {
        static struct service service;
        struct peer socket = peer_open(families[i % 2]);
        struct stop stop = stop_of_kind(i / 2);
        set_nonblocking(socket.fd, i % 4 < 2);
        service_start_on(&service, socket, stop.fd, NULL, NULL);
        while (service.thread_id == 0)
            sched_yield();
        await_waiting(service.thread_id);
        make_readable(i / 2, &stop);
        service_stop(&service, false);
        expect_int((errno = service.error, service.result), 0, "the return value of udp_serve");
        expect_true(is_readable(stop.fd), "%s is still readable", stop.name);
        service_close(&service);
        stop_close(&stop);
    }
}

Test(udp_serve, ends_with_0_whatever_is_on_fd, .timeout = 3,
     .description =
         "UDP-SRV-009 UDP-SRV-009c: a readable stop_fd, and a socket that was refused, has a request, or is closed") {
    for (unsigned i = 0; i < 3; i++) {
        struct peer socket = i == 0 ? peer_refused(AF_INET) : peer_open(AF_INET);
        struct stop stop = stop_of_kind(0);
        int closed = closed_descriptor();
        make_readable(0, &stop);
        if (i == 1)
            peer_send(&socket, "hello", 5, &socket.at);
        expect_int(udp_serve(i == 2 ? closed : socket.fd, NULL, NULL, stop.fd, &uncounted), 0,
                   "calling udp_serve, case %u", i + 1);
        stop_close(&stop);
        peer_close(&socket);
    }
}

/* After two requests, every receive fails. So the loop ends, and only in this way. */
static ssize_t break_receiving_at_2(struct queued_service *service, unsigned call, size_t len) {
    (void)service;
    if (call == 2)
        fail_calls_everywhere(RECEIVING, UINT_MAX, EIO);
    return (ssize_t)len;
}

Test(udp_serve, is_stopped_by_nothing_if_stop_fd_is_negative, .timeout = 3,
     .description = "UDP-SRV-009f: three negative numbers, two requests, then a receive that fails with EIO") {
    static const int negative[] = {-1, -2, INT_MIN};
    for (unsigned i = 0; i < 6; i++) {
        struct queued_service service = queued_open(AF_INET, i >= 3);
        for (int request = 0; request < 3; request++)
            queued_ask(&service, "hello");
        expect_error(queued_serve_until(&service, negative[i % 3], break_receiving_at_2), EIO,
                     "calling udp_serve with stop_fd %d", negative[i % 3]);
        fail_calls_everywhere(RECEIVING, 0, 0);
        expect_int(service.calls, 2, "the number of requests that the handler saw");
        queued_close(&service);
    }
}

Test(udp_serve, takes_no_request_once_it_is_stopped, .timeout = 3,
     .description = "UDP-SRV-010 UDP-SRV-010a: three requests that wait, and a stop_fd that was readable before") {
    for (unsigned i = 0; i < 4; i++) {
        struct queued_service service = queued_open(families[i % 2], i >= 2);
        for (int request = 0; request < 3; request++)
            queued_ask(&service, "hello");
        require(write(service.stop[1], "", 1) == 1, "write to a pipe");
        expect_int(queued_serve_until(&service, service.stop[0], NULL), 0,
                   "calling udp_serve when stop_fd is readable");
        expect_int(service.calls, 0, "the number of requests that the handler saw");
        expect_int(peer_drain(&service.socket), 3, "the number of requests that still wait on the socket");
        queued_close(&service);
    }
}

Test(udp_serve, sends_one_last_reply, .timeout = 3,
     .description = "UDP-SRV-010 UDP-SRV-010b: a handler that stops the loop at the second of four requests") {
    for (unsigned i = 0; i < 4; i++) {
        struct queued_service service = queued_open(AF_INET, i >= 2);
        for (int request = 0; request < 4; request++)
            queued_ask(&service, "hello");
        service.last = 2;
        expect_int(queued_serve_until(&service, service.stop[0], NULL), 0, "calling udp_serve");
        expect_int(service.calls, 2, "the number of requests that the handler saw");
        expect_int(peer_drain(&service.client), 2, "the number of replies at the client");
        expect_int(peer_drain(&service.socket), 2, "the number of requests that still wait on the socket");
        queued_close(&service);
    }
}

/* A stop_fd whose other end is closed. Kind 0 is the reading end of a pipe, and kind 1 is a socket. Kind 2 is the
 * writing end of a pipe, which has an error then. */
static struct stop hung_up(unsigned kind) {
    static const char *const names[] = {"a pipe whose writer is gone", "a socket whose peer is gone",
                                        "a pipe whose reader is gone"};
    int ends[2];
    if (kind == 1)
        require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "open a pair of sockets");
    else
        require(pipe2(ends, O_CLOEXEC) == 0, "open a pipe");
    close(ends[kind == 2 ? 0 : 1]);
    return (struct stop){ends[kind == 2 ? 1 : 0], -1, names[kind]};
}

Test(udp_serve, ends_at_every_hang_up, .timeout = 3,
     .description = "UDP-SRV-011 UDP-SRV-011a UDP-SRV-011b: two hang-ups and an error, with and without a request, no "
                    "byte to read") {
    for (unsigned i = 0; i < 6; i++) {
        struct queued_service service = queued_open(families[i % 2], i >= 3);
        struct stop stop = hung_up(i / 2);
        if (i % 2)
            queued_ask(&service, "hello");
        expect_int(queued_serve_until(&service, stop.fd, NULL), 0, "calling udp_serve, stop_fd is %s", stop.name);
        expect_int(service.calls, 0, "the number of requests that the handler saw");
        stop_close(&stop);
        queued_close(&service);
    }
}

Test(
    udp_serve, ends_at_a_hang_up_while_it_waits, .timeout = 3,
    .description =
        "UDP-SRV-011 UDP-SRV-011a UDP-SRV-011b: the writer or the reader of a pipe closes, and no request ever comes") {
    for (int end = 0; end < 2; end++) {
        static struct service service;
        int ends[2];
        require(pipe2(ends, O_CLOEXEC) == 0, "open a pipe");
        service_start_on(&service, peer_open(AF_INET), ends[end], NULL, NULL);
        while (service.thread_id == 0)
            sched_yield();
        await_waiting(service.thread_id);
        step("the other end of stop_fd is closed");
        close(ends[1 - end]);
        service_stop(&service, false);
        expect_int((errno = service.error, service.result), 0, "the return value of udp_serve");
        service_close(&service);
        close(ends[end]);
    }
}

Test(udp_serve, fails_if_stop_fd_is_not_open, .timeout = 3,
     .description = "UDP-SRV-011c: a closed stop_fd, with a socket that is idle, has a request or is closed") {
    for (unsigned i = 0; i < 6; i++) {
        struct queued_service service = queued_open(AF_INET, i >= 3);
        if (i % 3 == 1)
            queued_ask(&service, "hello");
        int own = service.socket.fd, closed = closed_descriptor();
        service.socket.fd = i % 3 == 2 ? closed : own;
        expect_error(queued_serve_until(&service, closed, NULL), EBADF,
                     "calling udp_serve with a closed stop_fd, case %u", i + 1);
        service.socket.fd = own;
        expect_int(service.calls, 0, "the number of requests that the handler saw");
        queued_close(&service);
    }
}
