/* serve_errors.c - udp_serve: errors and signals in every system call, and what the process looks like afterwards. */
#include <limits.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "support/core/caller_state.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/output.h"
#include "support/core/require.h"
#include "support/faults/closes.h"
#include "support/faults/faults.h"
#include "support/faults/interruptions.h"
#include "support/faults/waits.h"
#include "support/net/pair.h"
#include "support/net/queued_service.h"
#include "support/net/service.h"
#include "support/process/kernel_view.h"

static const int families[] = {AF_INET, AF_INET6};

/* The errors about one client. */
static const int of_a_client[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN,
                                  ENOPROTOOPT,  EPROTO,       EACCES,      EMSGSIZE};
enum { OF_A_CLIENT = sizeof of_a_client / sizeof of_a_client[0] };

/* What fails after the first request: how many calls of a class, and with which error. */
static struct {
    enum call_class class;
    unsigned count;
    int error;
} fault;

static ssize_t break_at_1(struct queued_service *service, unsigned call, size_t len) {
    (void)service;
    fail_calls_everywhere(fault.class, call == 1 ? fault.count : 0, fault.error);
    return (ssize_t)len;
}

/* Two requests are waiting, and something fails after the handler has seen the first. */
static int serve_two(struct queued_service *service, enum call_class class, unsigned count, int error) {
    fault.class = class;
    fault.count = count;
    fault.error = error;
    queued_ask(service, "one");
    queued_ask(service, "two");
    int result = queued_serve(service, break_at_1);
    int reported = errno;
    fail_calls_everywhere(class, 0, 0);
    errno = reported;
    return result;
}

Test(udp_serve, drops_every_error_about_a_client, .timeout = 3,
     .description = "UDP-SRV-007 UDP-SRV-007b UDP-SRV-007c: eight errors of a receive, between two requests") {
    for (unsigned i = 0; i < 2 * OF_A_CLIENT; i++) {
        struct queued_service service = queued_open(AF_INET, i >= OF_A_CLIENT);
        int error = of_a_client[i % OF_A_CLIENT];
        expect_int(serve_two(&service, RECEIVING, 1, error), 0, "a receive fails with errno %d", error);
        expect_int(service.calls, 2, "the number of requests that the handler saw");
        expect_int(service.stats.received, 2, "stats.received");
        expect_int(service.stats.replied, 2, "stats.replied");
        queued_close(&service);
    }
}

/* The reply is sent once more, or it counts as failed. */
Test(udp_serve, goes_on_if_a_send_reports_another_client, .timeout = 3,
     .description = "UDP-SRV-007 UDP-SRV-007e: eight errors of one send of a reply") {
    for (unsigned i = 0; i < OF_A_CLIENT; i++) {
        struct queued_service service = queued_open(AF_INET, i % 2);
        expect_int(serve_two(&service, SENDING, 1, of_a_client[i]), 0, "a send fails with errno %d", of_a_client[i]);
        unsigned arrived = peer_drain(&service.client);
        expect_true(arrived == 1 || arrived == 2, "one reply arrives, or both do");
        expect_int(service.stats.replied, arrived, "stats.replied, the same as the number of replies that arrive");
        expect_int(service.stats.failed, 2 - arrived, "stats.failed");
        queued_close(&service);
    }
}

/* An earlier reply to a client that is gone leaves an error on the socket: the kernel reports it at the next call. */
static void leave_an_error(struct queued_service *service, bool connected) {
    struct peer deaf = peer_deaf(service->socket.at.addr.ss_family);
    int yes = 1;
    if (connected) {
        /* The client refuses while it is connected to itself. */
        peer_connect(&service->socket, &service->client.at);
        peer_connect(&service->client, &service->client.at);
    } else if (service->socket.at.addr.ss_family == AF_INET) {
        require(setsockopt(service->socket.fd, SOL_IP, IP_RECVERR, &yes, sizeof yes) == 0, "set IP_RECVERR");
    } else {
        require(setsockopt(service->socket.fd, SOL_IPV6, IPV6_RECVERR, &yes, sizeof yes) == 0, "set IPV6_RECVERR");
    }
    peer_send(&service->socket, "reply", 5, connected ? &service->client.at : &deaf.at);
    peer_settle();
    if (connected)
        peer_connect(&service->client, &service->socket.at);
    peer_close(&deaf);
}

Test(
    udp_serve, drops_a_real_error_about_a_client, .timeout = 3,
    .description =
        "UDP-SRV-007 UDP-SRV-007a UDP-SRV-007c UDP-RULE-003d: a refusal before a request, on sockets of both families, "
        "connected or with the option for errors, non-blocking or not") {
    for (unsigned i = 0; i < 8; i++) {
        struct queued_service service = queued_open(families[i % 2], i & 2);
        leave_an_error(&service, i & 4);
        queued_ask(&service, "hello");
        expect_int(queued_serve(&service, NULL), 0, "calling udp_serve on a socket with an error");
        expect_int(service.calls, 1, "the number of requests that the handler saw");
        expect_int(service.stats.received, 1, "stats.received");
        queued_close(&service);
    }
}

static ssize_t echo(void *ctx, const void *req, size_t len, const struct udp_peer *from, void *reply, size_t cap) {
    (void)ctx, (void)from;
    memcpy(reply, req, len < cap ? len : cap);
    return (ssize_t)len;
}

/* The error wakes the loop, and no datagram is there. */
Test(udp_serve, sees_stop_fd_after_an_error, .timeout = 3,
     .description =
         "UDP-SRV-007 UDP-SRV-007a UDP-SRV-007d: a refusal without a request, of both families, then stop_fd") {
    for (unsigned i = 0; i < 4; i++) {
        static struct service service;
        struct queued_service queued = queued_open(families[i % 2], i >= 2);
        leave_an_error(&queued, false);
        service_start_on(&service, queued.socket, queued.stop[0], echo, NULL);
        while (service.thread_id == 0)
            sched_yield();
        await_waiting(service.thread_id);
        require(write(queued.stop[1], "", 1) == 1, "write to a pipe");
        service_stop(&service, false);
        expect_int((errno = service.error, service.result), 0, "the return value of udp_serve");
        expect_int(service.stats.received, 0, "stats.received");
        service_close(&service);
        peer_close(&queued.client);
        peer_close(&queued.stopper);
        close(queued.stop[0]);
        close(queued.stop[1]);
    }
}

Test(udp_serve, counts_every_failed_send, .timeout = 3,
     .description = "UDP-SRV-008 UDP-SRV-008a UDP-RULE-003f: sixteen errors of every send of a reply, also EAGAIN of a "
                    "non-blocking "
                    "socket") {
    static const int others[] = {EPERM, ENOBUFS, ENOMEM, EINVAL, EPIPE, EDESTADDRREQ, EIO, EAGAIN};
    for (unsigned i = 0; i < OF_A_CLIENT + 8; i++) {
        struct queued_service service = queued_open(AF_INET, true);
        int error = i < OF_A_CLIENT ? of_a_client[i] : others[i - OF_A_CLIENT];
        expect_int(serve_two(&service, SENDING, UINT_MAX, error), 0, "each send fails with errno %d", error);
        expect_arrival(&service.client, "two", 3);
        expect_int(service.stats.failed, 1, "stats.failed");
        expect_int(service.stats.replied, 1, "stats.replied");
        expect_int(service.stats.received, 2, "stats.received");
        queued_close(&service);
    }
}

/* Each of three requests is answered once. */
static ssize_t interrupt_everything(struct queued_service *service, unsigned call, size_t len) {
    (void)service;
    fail_calls(SENDING, 1, call, EINTR);
    fail_calls(RECEIVING, 1, call, EINTR);
    interrupt_waits(1, call);
    return (ssize_t)len;
}

Test(udp_serve, answers_once_wherever_it_is_interrupted, .timeout = 3,
     .description =
         "UDP-SRV-012 UDP-SRV-012a UDP-RULE-002 UDP-RULE-002a: waits, receives and sends that the kit interrupts") {
    for (unsigned i = 0; i < 4; i++) {
        struct queued_service service = queued_open(AF_INET, i >= 2);
        queued_ask(&service, "one");
        queued_ask(&service, "two");
        queued_ask(&service, "three");
        interrupt_waits(1, 2);
        expect_int(queued_serve(&service, interrupt_everything), 0, "calling udp_serve");
        interrupt_waits(1, 0);
        fail_calls(RECEIVING, 1, 0, 0);
        fail_calls(SENDING, 1, 0, 0);
        expect_int(service.calls, 3, "the number of calls of the handler");
        expect_arrival(&service.client, "one", 3);
        expect_arrival(&service.client, "two", 3);
        expect_arrival(&service.client, "three", 5);
        expect_int(peer_drain(&service.client), 0, "the number of further replies");
        queued_close(&service);
    }
}

Test(udp_serve, goes_on_after_handlers_with_restart, .timeout = 3,
     .description = "UDP-SRV-012 UDP-RULE-002b: ten signals with SA_RESTART, then a request and stop_fd") {
    static struct service service;
    struct peer client = peer_open(AF_INET);
    char got[8];
    service_start(&service, echo, NULL);
    while (service.thread_id == 0)
        sched_yield();
    interruptions_start_restarting(service.thread_id, 2);
    for (int i = 0; i < 10; i++) {
        expect_true(service_awaits(&service, interruptions_fd()), "udp_serve still runs at signal %d", i + 1);
        expect_int(read(interruptions_fd(), got, 1), 1, "reading that a signal was handled");
    }
    expect_int(service_ask(&service, &client, "hello", 5, got, sizeof got), 5, "the length of the reply");
    interruptions_stop();
    service_stop(&service, true);
    expect_int((errno = service.error, service.result), 0, "the return value of udp_serve");
    service_close(&service);
    peer_close(&client);
}

Test(udp_serve, ends_at_every_other_error_of_a_receive, .timeout = 3,
     .description = "UDP-SRV-015 UDP-SRV-015b UDP-RULE-001 UDP-RULE-001b: six errors of a receive, after one request") {
    static const int errors[] = {ENOMEM, EIO, ENOBUFS, ENOTCONN, EINVAL, EFAULT};
    for (unsigned i = 0; i < 12; i++) {
        struct queued_service service = queued_open(families[i % 2], i >= 6);
        expect_error(serve_two(&service, RECEIVING, UINT_MAX, errors[i % 6]), errors[i % 6],
                     "a receive fails with errno %d", errors[i % 6]);
        expect_int(service.calls, 1, "the number of requests that the handler saw");
        queued_close(&service);
    }
}

Test(udp_serve, goes_on_if_nothing_was_there, .timeout = 3,
     .description =
         "UDP-SRV-015b UDP-SRV-015c: one and three receives of a non-blocking socket that get EAGAIN or EINTR") {
    for (unsigned i = 0; i < 4; i++) {
        struct queued_service service = queued_open(AF_INET, true);
        expect_int(serve_two(&service, RECEIVING, i < 2 ? 1 : 3, i % 2 ? EINTR : EAGAIN), 0, "calling udp_serve");
        expect_int(service.calls, 2, "the number of requests that the handler saw");
        queued_close(&service);
    }
}

Test(udp_serve, keeps_the_errno_of_the_failure, .timeout = 3,
     .description =
         "UDP-SRV-015 UDP-SRV-015a UDP-RULE-001c: a closed socket, a closed stop_fd and a failed receive, when "
         "close changes errno") {
    struct queued_service service = queued_open(AF_INET, false);
    int fd = service.socket.fd;
    closes_spoil_errno(true);
    service.socket.fd = closed_descriptor();
    expect_error(queued_serve_until(&service, service.stop[0], NULL), EBADF,
                 "calling udp_serve on a descriptor that is not open");
    service.socket.fd = fd;
    expect_error(serve_two(&service, RECEIVING, UINT_MAX, EIO), EIO, "a receive fails with EIO");
    closes_spoil_errno(false);
    queued_close(&service);
}

/* Code that does not wait by poll or select ends by stop_fd. */
Test(udp_serve, reports_a_wait_that_fails, .timeout = 3,
     .description = "UDP-SRV-015 UDP-RULE-001f: a poll or select without memory") {
    struct queued_service service = queued_open(AF_INET, false);
    queued_ask(&service, "hello");
    fail_waits(1, ENOMEM);
    int result = queued_serve(&service, NULL), error = errno;
    bool failed = waits_failed() > 0;
    fail_waits(0, 0);
    expect_int(result, failed ? -1 : 0, "calling udp_serve, whose wait fails with ENOMEM");
    expect_int(failed ? error : ENOMEM, ENOMEM, "its errno");
    queued_close(&service);
}

/* Code that needs a descriptor of its own fails with EMFILE. */
Test(udp_serve, survives_a_lack_of_descriptors, .timeout = 3,
     .description = "UDP-SRV-016 UDP-RULE-001f UDP-RULE-001g: no descriptor is left, for a run of one request") {
    struct queued_service service = queued_open(AF_INET, false);
    int before = open_descriptors();
    queued_ask(&service, "hello");
    allow_descriptors(0);
    int result = queued_serve(&service, NULL), error = errno;
    allow_all_descriptors();
    expect_true(result == 0 || error == EMFILE,
                "udp_serve works without a descriptor of its own, or fails with EMFILE");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    queued_close(&service);
}

static struct descriptor_set before_service;
static int for_programs;

static ssize_t look_at_descriptors(struct queued_service *service, unsigned call, size_t len) {
    (void)service, (void)call;
    for_programs = open_for_programs(&before_service);
    return (ssize_t)len;
}

Test(udp_serve, opens_nothing_for_other_programs, .timeout = 3,
     .description = "UDP-SRV-016 UDP-RULE-004 UDP-RULE-004a: the descriptors that are new while the handler runs") {
    struct queued_service service = queued_open(AF_INET, false);
    queued_ask(&service, "hello");
    before_service = descriptor_set();
    expect_int(queued_serve(&service, look_at_descriptors), 0, "calling udp_serve");
    expect_int(for_programs, 0, "the number of new descriptors without FD_CLOEXEC");
    queued_close(&service);
}

Test(udp_serve, leaves_the_process_as_it_was, .timeout = 3,
     .description = "UDP-SRV-016 UDP-RULE-001d UDP-RULE-001e UDP-RULE-003h UDP-RULE-003i UDP-RULE-008: signals, flags, "
                    "descriptors and "
                    "output, after a run that ends well and two that fail") {
    mark_signals();
    for (unsigned i = 0; i < 2; i++) {
        struct queued_service service = queued_open(AF_INET, i == 1);
        struct caller_state before = caller_state(service.socket.fd), stop = caller_state(service.stop[0]);
        unsigned in_vain = closes_in_vain();
        queued_ask(&service, "hello");
        output_start();
        int good = queued_serve(&service, NULL), own = service.socket.fd;
        int bad = queued_serve_until(&service, closed_descriptor(), NULL);
        service.socket.fd = closed_descriptor();
        int worse = queued_serve_until(&service, -1, NULL);
        service.socket.fd = own;
        expect_int(output_stop(), 0, "the number of bytes that the three calls print");
        expect_true(good == 0 && bad == -1 && worse == -1, "one call ends by stop_fd, and two fail");
        expect_unchanged(&before, "udp_serve, and the socket");
        expect_unchanged(&stop, "udp_serve, and stop_fd");
        expect_int(closes_in_vain() - in_vain, 0, "the number of descriptors that were closed twice");
        queued_close(&service);
    }
}
