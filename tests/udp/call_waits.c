/* call_waits.c - udp_call: how long each attempt waits, also beyond 32 bits, and what signals do to it. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/short_waits.h"
#include "support/core/stopwatch.h"
#include "support/faults/faults.h"
#include "support/faults/interruptions.h"
#include "support/faults/waits.h"
#include "support/net/pair.h"
#include "support/net/responder.h"
#include "support/process/kernel_view.h"

/* A silent server. No two sends may be closer to each other than the wait between them. Code may also send in another
 * thread; then only the total is checked. */
static void wait_for_nobody(struct udp_call_options options) {
    struct peer silent = peer_open(AF_INET);
    double times[8] = {0}, total = 0, wait = options.timeout_ms;
    char reply[8];
    sendings_watch();
    double start = stopwatch_ms();
    expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &options), ETIMEDOUT,
                 "calling udp_call with %u ms and backoff %u", options.timeout_ms, options.backoff);
    double end = stopwatch_ms();
    bool seen = sendings(times, 8) == options.attempts;
    times[options.attempts] = end;
    for (unsigned i = 0; i < options.attempts; i++, wait *= options.backoff) {
        expect_at_least(seen ? times[i + 1] - times[i] : wait, wait, "how long attempt %u waited", i + 1);
        total += wait;
    }
    expect_at_least(end - start, total, "how long the call waited");
    peer_close(&silent);
}

Test(udp_call, waits_in_every_attempt, .timeout = 3,
     .description =
         "UDP-CLI-004 UDP-CLI-004a UDP-CLI-004b UDP-CLI-004c UDP-CLI-004d: each wait of four calls, with backoffs "
         "of 1, 2, 3 and 10") {
    wait_for_nobody((struct udp_call_options){.attempts = 4, .timeout_ms = 5, .backoff = 1});
    wait_for_nobody((struct udp_call_options){.attempts = 4, .timeout_ms = 3, .backoff = 2});
    wait_for_nobody((struct udp_call_options){.attempts = 3, .timeout_ms = 2, .backoff = 3});
    wait_for_nobody((struct udp_call_options){.attempts = 2, .timeout_ms = 3, .backoff = 10});
}

static bool wait_once(void *ctx, int timeout_ms) {
    const struct udp_call_options once = {.attempts = 1, .timeout_ms = (unsigned)timeout_ms, .backoff = 1};
    const struct peer *silent = ctx;
    char reply[8];
    return udp_call(&silent->at, "x", 1, reply, sizeof reply, &once) == -1 && errno == ETIMEDOUT;
}

static bool wait_twice(void *ctx, int timeout_ms) {
    const struct udp_call_options twice = {.attempts = 2, .timeout_ms = (unsigned)timeout_ms, .backoff = 1};
    const struct peer *silent = ctx;
    char reply[8];
    return udp_call(&silent->at, "x", 1, reply, sizeof reply, &twice) == -1 && errno == ETIMEDOUT;
}

Test(
    udp_call, never_waits_a_little_less, .timeout = 3,
    .description = "UDP-CLI-004 UDP-CLI-004b UDP-CLI-004d: thirty calls of one wait of 1 ms, and thirty of two waits") {
    struct peer silent = peer_open(AF_INET);
    expect_short_waits(wait_once, &silent, 1, 1);
    expect_short_waits(wait_twice, &silent, 1, 2);
    peer_close(&silent);
}

/* Answers the request with this number as soon as the client waits. A wait that is over at once ends the call before.
 */
static void answer_when_awaited(struct responder *server, unsigned number, const struct request *request) {
    const unsigned *which = server->ctx;
    if (number != *which)
        return;
    await_waiting(getpid());
    responder_reply(server, "ok", 2, &request->from);
}

static void be_answered_in(unsigned attempt, struct udp_call_options options) {
    static unsigned which;
    which = attempt;
    struct responder *server = responder_start(AF_INET, answer_when_awaited, &which, 0);
    char reply[8];
    expect_int(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &options), 2,
               "calling udp_call with %u ms and backoff %u, answered in attempt %u", options.timeout_ms,
               options.backoff, attempt);
    responder_stop(server);
    responder_free(server);
}

/* These numbers of milliseconds are negative or 0 as nanoseconds, microseconds or milliseconds in 32 bits. */
Test(udp_call, waits_long_at_long_timeouts, .timeout = 3,
     .description = "UDP-CLI-004 UDP-CLI-004a UDP-CLI-004e: eight timeouts from 2 seconds to UINT_MAX, and a reply "
                    "once the call waits") {
    static const unsigned timeouts[] = {2148, 2147484, 67108864, 536870912, INT_MAX, 1U << 31, 3000000000, UINT_MAX};
    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++)
        be_answered_in(1, (struct udp_call_options){.attempts = 1, .timeout_ms = timeouts[i], .backoff = 1 + i % 2});
}

/* In 32 bits, most of these products are negative or 0. */
Test(udp_call, waits_long_at_large_backoffs, .timeout = 3,
     .description =
         "UDP-CLI-004 UDP-CLI-004e: nine products of timeout and backoff, and a reply in the second attempt") {
    static const unsigned cases[][2] = {{2, 1U << 31},   {4, 1U << 30},   {1, 1U << 31}, {1, 3000000000}, {1, UINT_MAX},
                                        {3, 3000000000}, {2, 1500000000}, {1, 67108864}, {1, 536870912}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        be_answered_in(2, (struct udp_call_options){.attempts = 2, .timeout_ms = cases[i][0], .backoff = cases[i][1]});
}

/* Answers the first request after three signals. */
static void answer_after_signals(struct responder *server, unsigned number, const struct request *request) {
    if (number == 1)
        interruptions_await(3);
    responder_reply(server, "ok", 2, &request->from);
}

Test(udp_call, is_not_changed_by_handlers_with_restart, .timeout = 5,
     .description =
         "UDP-CLI-012 UDP-CLI-012a UDP-RULE-002b: a call with an answer, a signal with SA_RESTART every 5 ms") {
    static const struct udp_call_options endless = {.attempts = 2, .timeout_ms = 1800 * 1000, .backoff = 1};
    struct responder *server = responder_start(AF_INET, answer_after_signals, NULL, 0);
    char reply[8];
    interruptions_start_restarting(gettid(), 5);
    expect_int(udp_call(&server->socket.at, "x", 1, reply, sizeof reply, &endless), 2, "calling udp_call");
    interruptions_stop();
    responder_stop(server);
    expect_int(server->count, 1, "the number of requests that the server got");
    responder_free(server);
}

/* What a call of a silent server does without a signal. It is the matter of other clauses whether that is right. */
struct patience {
    unsigned requests;
    double shortest_ms;
};

static struct patience without_signals(const struct peer *silent, const struct udp_call_options *options, int calls) {
    struct patience patience = {.requests = 0};
    char reply[8];
    step("first %d calls without signals", calls);
    for (int i = 0; i < calls; i++) {
        double start = stopwatch_ms();
        udp_call(&silent->at, "x", 1, reply, sizeof reply, options);
        double took_ms = stopwatch_ms() - start;
        patience.requests = peer_drain(silent);
        if (i == 0 || took_ms < patience.shortest_ms)
            patience.shortest_ms = took_ms;
    }
    return patience;
}

/* A call with signals took so long, and the server got its requests. */
static void expect_same_patience(const struct patience *plain, const struct peer *silent, double took_ms,
                                 double least_ms) {
    expect_true(plain->shortest_ms < least_ms || took_ms >= least_ms, "it waited for %.0f ms (it was %.3f ms)",
                least_ms, took_ms);
    expect_int(peer_drain(silent), plain->requests, "the number of requests that the server got");
}

/* The signals come at shorter intervals than the timeout. If each starts a new wait, the attempt never ends. */
Test(udp_call, waits_no_longer_though_signals_come, .timeout = 5,
     .description =
         "UDP-CLI-012 UDP-CLI-012b UDP-RULE-002a: two attempts of 60 ms, handlers with and without SA_RESTART") {
    static const struct udp_call_options twice = {.attempts = 2, .timeout_ms = 60, .backoff = 1};
    struct peer silent = peer_open(AF_INET);
    struct patience plain = without_signals(&silent, &twice, 2);
    for (size_t i = 0; i < 2; i++) {
        char reply[8];
        if (i == 0)
            interruptions_start(gettid(), 5);
        else
            interruptions_start_restarting(gettid(), 5);
        double start = stopwatch_ms();
        expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &twice), ETIMEDOUT,
                     "calling udp_call, and signals come");
        double took_ms = stopwatch_ms() - start;
        interruptions_stop();
        expect_same_patience(&plain, &silent, took_ms, 2 * 60);
    }
    peer_close(&silent);
}

/* The kit interrupts the call at each place where it waits, sends or receives. */
Test(udp_call, goes_on_wherever_it_is_interrupted, .timeout = 3,
     .description = "UDP-CLI-012 UDP-CLI-012a UDP-CLI-012b UDP-RULE-002: waits, sends and receives that the kit "
                    "interrupts, in both attempts") {
    static const struct udp_call_options twice = {.attempts = 2, .timeout_ms = 4, .backoff = 1};
    struct peer silent = peer_open(AF_INET);
    struct patience plain = without_signals(&silent, &twice, 10);
    for (unsigned k = 1; k <= 4; k++) {
        char reply[8];
        interrupt_waits(k, 2);
        fail_calls(SENDING, 1 + k / 3, 1 + k % 2, EINTR);
        fail_calls(RECEIVING, k, 1, EINTR);
        double start = stopwatch_ms();
        expect_error(udp_call(&silent.at, "x", 1, reply, sizeof reply, &twice), ETIMEDOUT, "calling udp_call");
        double took_ms = stopwatch_ms() - start;
        interrupt_waits(1, 0);
        fail_calls(SENDING, 1, 0, 0);
        fail_calls(RECEIVING, 1, 0, 0);
        expect_same_patience(&plain, &silent, took_ms, 2 * 4);
    }
    peer_close(&silent);
}

/* The call with these options takes as long, and asks as often, as one that names all numbers. */
static void expect_as_with(const struct peer *silent, const struct udp_call_options *options, unsigned attempts,
                           double least_ms) {
    const struct udp_call_options all = {
        .attempts = attempts, .timeout_ms = UDP_CALL_TIMEOUT_MS, .backoff = UDP_CALL_BACKOFF};
    struct patience named = without_signals(silent, &all, 1);
    char reply[8];
    double start = stopwatch_ms();
    expect_error(udp_call(&silent->at, "x", 1, reply, sizeof reply, options), ETIMEDOUT, "calling udp_call");
    expect_same_patience(&named, silent, stopwatch_ms() - start, least_ms);
}

Test(udp_call, has_a_default_for_every_field, .timeout = 8,
     .description = "UDP-CLI-013 UDP-CLI-013a: options with two attempts only, and options that are all 0, compared "
                    "with options that name the numbers") {
    static const struct udp_call_options two = {.attempts = 2}, zero = {0};
    const double first = UDP_CALL_TIMEOUT_MS, b = UDP_CALL_BACKOFF;
    struct peer silent = peer_open(AF_INET);
    expect_as_with(&silent, &two, 2, first + first * b);
    expect_as_with(&silent, &zero, UDP_CALL_ATTEMPTS, first + first * b + first * b * b + first * b * b * b);
    peer_close(&silent);
}
