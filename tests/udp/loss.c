/* loss.c - a network that loses datagrams: udp_send, udp_recv and udp_call with a full buffer and with a bad relay. */
#include <stdio.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/net/peer.h"
#include "support/net/relay.h"
#include "support/net/responder.h"

#define DATAGRAMS 60
#define DATAGRAM_BYTES 3000

/* Two plain sockets. The buffer of the receiving one is too small for DATAGRAMS. */
struct pair {
    struct peer from, to;
};

static struct pair narrow_pair(void) {
    struct pair pair = {peer_open(AF_INET), peer_open(AF_INET)};
    int bytes = 32 * 1024;
    require(setsockopt(pair.to.fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) == 0, "set SO_RCVBUF");
    step("a socket whose receive buffer is far too small for %d datagrams of %d bytes", DATAGRAMS, DATAGRAM_BYTES);
    return pair;
}

/* The datagram with this number: random bytes, which differ for each number. */
static void make_datagram(unsigned number, unsigned char *datagram) {
    char purpose[32];
    snprintf(purpose, sizeof purpose, "datagram %u", number);
    struct dice dice = dice_for(purpose);
    dice_fill(&dice, datagram, DATAGRAM_BYTES);
    for (unsigned i = 0; i < DATAGRAM_BYTES; i++)
        datagram[i] |= 1; /* a zero byte is the matter of UDP-TX-008 */
}

Test(udp_loss, does_not_tell_the_sender, .timeout = 5,
     .description = "UDP-LOSS-001: 60 datagrams of 3000 bytes into a buffer that is too small") {
    struct pair pair = narrow_pair();
    unsigned char datagram[DATAGRAM_BYTES];
    make_datagram(0, datagram);
    for (unsigned i = 0; i < DATAGRAMS; i++)
        expect_int(udp_send(pair.from.fd, datagram, sizeof datagram, &pair.to.at), DATAGRAM_BYTES,
                   "calling udp_send for datagram %u", i);
    unsigned arrived = 0;
    peer_settle();
    while (recv(pair.to.fd, datagram, sizeof datagram, MSG_DONTWAIT) != -1)
        arrived++;
    step("%u of %d datagrams arrived", arrived, DATAGRAMS);
    expect_true(arrived > 0 && arrived < DATAGRAMS, "some arrived and some were dropped");
    peer_close(&pair.from);
    peer_close(&pair.to);
}

/* Takes with plain calls what has arrived, and compares each datagram with the one that was sent with its number.
 * Returns how many there were. */
static unsigned take_all(int fd) {
    unsigned char got[DATAGRAM_BYTES + 1], sent[DATAGRAM_BYTES];
    for (unsigned i = 0;; i++) {
        ssize_t len = recv(fd, got, sizeof got, MSG_DONTWAIT);
        if (len == -1)
            return i;
        make_datagram(i, sent);
        /* No assertion for a right datagram: the kernel decides how many arrive. */
        if (len != DATAGRAM_BYTES || memcmp(got, sent, sizeof sent) != 0)
            expect_bytes(got, (size_t)len, sent, sizeof sent, "the bytes of datagram %u", i);
    }
}

/* All datagrams have one length. Otherwise a short one could still fit after a long one was dropped. */
Test(udp_loss, leaves_a_prefix, .timeout = 5,
     .description = "UDP-LOSS-002: 60 different datagrams into a buffer that is too small") {
    struct pair pair = narrow_pair();
    unsigned char datagram[DATAGRAM_BYTES];
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        make_datagram(i, datagram);
        udp_send(pair.from.fd, datagram, sizeof datagram, &pair.to.at); /* its result is the matter of UDP-LOSS-001 */
    }
    peer_settle();
    unsigned arrived = take_all(pair.to.fd);
    expect_true(arrived > 0 && arrived < DATAGRAMS, "some arrived and some were dropped");
    peer_close(&pair.from);
    peer_close(&pair.to);
}

/* Makes calls through a relay to a server that sends each request back. Each call must get its own request back. All
 * attempts together take longer than any watchdog. */
static void call_through(struct relay_rules rules, unsigned calls) {
    static const struct udp_call_options patient = {.attempts = 1000000, .timeout_ms = 4, .backoff = 1};
    struct responder *server = responder_start(AF_INET, responder_echo, NULL, 0);
    struct relay *relay = relay_start(&server->socket.at, rules);
    for (unsigned i = 0; i < calls; i++) {
        char request[32], reply[32];
        int len = snprintf(request, sizeof request, "question %u", i);
        expect_int(udp_call(relay_address(relay), request, (size_t)len, reply, sizeof reply, &patient), len,
                   "calling udp_call with \"%s\"", request);
        expect_bytes(reply, (size_t)len, request, (size_t)len, "the reply to \"%s\"", request);
        relay_settle(relay);
    }
    struct relay_counts counts = relay_counts(relay);
    step("relay: passed %u, dropped %u, duplicated %u, held %u", counts.passed, counts.dropped, counts.duplicated,
         counts.held);
    expect_true(counts.dropped + counts.duplicated + counts.held > 0, "the relay did damage, as it should");
    relay_stop(relay);
    responder_stop(server);
    responder_free(server);
}

Test(udp_loss, is_made_good_by_asking_again, .timeout = 5,
     .description = "UDP-LOSS-003: 10 calls through a relay that drops 40 of 100 datagrams") {
    call_through((struct relay_rules){.drop = 40}, 10);
}

Test(udp_loss, does_not_mix_up_duplicates, .timeout = 5,
     .description = "UDP-LOSS-004: 20 calls through a relay that duplicates 60 of 100 datagrams") {
    call_through((struct relay_rules){.duplicate = 60}, 20);
}

Test(udp_loss, does_not_mix_up_what_is_late, .timeout = 5,
     .description = "UDP-LOSS-005: 10 calls; the relay delays 50 and reorders 50 of 100 datagrams") {
    call_through((struct relay_rules){.delay = 50, .reorder = 50}, 10);
}

Test(udp_loss, is_survived_over_many_calls, .timeout = 5,
     .description = "UDP-LOSS-006: 30 calls through a relay with all four faults") {
    call_through((struct relay_rules){.drop = 15, .duplicate = 15, .delay = 15, .reorder = 15}, 30);
}
