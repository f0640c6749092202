/* rehearsal.c - the kit's own helpers, used as a test uses them, without the code under test.
 *
 * A forked process inherits what Valgrind has translated in its parent. The executor calls this before its first fork,
 * so that no test has to wait for the translation of sockets, threads and formatted text again. */
#include "rehearsal.h"

#include <netdb.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>

#include "descriptors.h"
#include "expect.h"
#include "peer.h"
#include "responder.h"
#include "seed.h"
#include "stopwatch.h"

static void compare(const struct peer *peer) {
    check_true(true, "", told("rehearsal %d", 1));
    check_int(1, 0, 1, told("rehearsal %u %s", 1u, "text"));
    check_success(1, 0, told("rehearsal %zu", sizeof peer));
    check_error(-1, EINTR, EINTR, told("rehearsal"));
    check_bytes("a", 1, "a", 1, told("rehearsal"));
    check_peer(&peer->at, &peer->at, told("rehearsal"));
    check_at_least(stopwatch_ms(), 0, told("rehearsal"));
    step("rehearsal, port %u, %zd of %d", peer_port(&peer->at), (ssize_t)open_descriptors(), closed_descriptor());
}

/* A request and its answer, with threads. */
static void exchange(int family) {
    static const char question[] = "\"hello\", and more than a preview has room for";
    char reply[8];
    struct responder *server = responder_start(family, responder_echo, NULL, 0);
    struct peer client = peer_open(family), deaf = peer_deaf(family);
    peer_send(&client, question, sizeof question, &server->socket.at);
    peer_await(&client);
    peer_receive(&client, reply, sizeof reply, NULL);
    responder_await(server);
    peer_send(&client, "\x01", 1, &client.at);
    peer_drain(&client);
    compare(&client);
    peer_close(&client);
    peer_close(&deaf);
    responder_stop(server);
    responder_free(server);
}

static void resolve(void) {
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list;
    if (getaddrinfo("localhost", "9000", &hints, &list) == 0)
        freeaddrinfo(list);
    if (getaddrinfo("127.0.0.1", "9000", &hints, &list) == 0)
        freeaddrinfo(list);
    if (getaddrinfo("not a host", "9000", &hints, &list) == 0)
        freeaddrinfo(list);
}

void rehearse_support(void) {
    unsigned char bytes[100];
    cpu_set_t cpus; /* which peers narrow down */
    int known = sched_getaffinity(0, sizeof cpus, &cpus);
    struct dice dice = dice_for("rehearsal");
    dice_fill(&dice, bytes, sizeof bytes);
    exchange(AF_INET);
    exchange(AF_INET6);
    resolve();
    if (known == 0)
        sched_setaffinity(0, sizeof cpus, &cpus);
    narration_page[0] = '\0';
}
