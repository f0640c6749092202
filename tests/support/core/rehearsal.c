/* rehearsal.c - uses the kit's own helpers in the way of a test, without the code under test.
 *
 * A forked process inherits the code that Valgrind has translated in its parent. The executor calls this before its
 * first fork. So no test must wait again for the translation of sockets, threads and formatted text. */
#include "rehearsal.h"

#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "descriptors.h"
#include "expect.h"
#include "seed.h"
#include "stopwatch.h"
#include "support/faults/partial_io.h"
#include "support/net/ntp.h"
#include "support/net/peer.h"
#include "support/net/responder.h"
#include "support/net/tcp_pair.h"

static void compare(const struct peer *peer) {
    check_true(true, "", told("rehearsal %d", 1));
    check_int(1, 0, 1, told("rehearsal %u %s", 1u, "text"));
    check_success(1, 0, told("rehearsal %zu", sizeof peer));
    check_error(-1, EINTR, EINTR, told("rehearsal"));
    check_bytes("a", 1, "a", 1, told("rehearsal"));
    check_text("a", "a", told("rehearsal"));
    check_peer(&peer->at, &peer->at, told("rehearsal"));
    check_at_least(stopwatch_ms(), 0, told("rehearsal"));
    step("rehearsal, port %u, %zd of %d", peer_port(&peer->at), (ssize_t)open_descriptors(), closed_descriptor());
}

/* Writes a stamp into the bytes of a packet, reads it back, and formats it as text. */
static void stamp(void) {
    unsigned char bytes[NTP_BYTES] = "";
    char text[18];
    ntp_put(bytes + NTP_TRANSMIT, 8, NEW_YEAR_STAMP);
    ntp_text(ntp_get(bytes + NTP_TRANSMIT, 8), text);
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

/* A connection, the thread of a partner, and a descriptor with partial input and output. */
static void stream(void) {
    struct tcp_pair pair = tcp_open();
    struct tcp_partner partner;
    char heard[8];
    int cue = eventfd(1, EFD_CLOEXEC);
    tcp_partner_sends(&partner, pair.theirs, cue, "hello", 1, 5);
    tcp_partner_join(&partner);
    tcp_partner_free(&partner);
    partial_io_start(pair.ours, (struct partial_io){.most = 1, .interrupt = 50, .events = POLLIN, .waiting = -1});
    tcp_hear(pair.ours, heard, 1);
    partial_io_stop();
    tcp_say(&pair, "hello", 5);
    tcp_left(&pair, heard, sizeof heard);
    tcp_finish(&pair);
    tcp_close(&pair);
    close(cue);
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
    cpu_set_t cpus; /* peers reduce this set */
    int known = sched_getaffinity(0, sizeof cpus, &cpus);
    struct dice dice = dice_for("rehearsal");
    dice_fill(&dice, bytes, sizeof bytes);
    exchange(AF_INET);
    exchange(AF_INET6);
    stream();
    resolve();
    stamp();
    if (known == 0)
        sched_setaffinity(0, sizeof cpus, &cpus);
    narration_page[0] = '\0';
}
