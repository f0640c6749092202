/* relay.c - the bad network: a thread between clients and a server that passes, drops, copies or holds datagrams.
 *
 * Theory of operation: clients send to the front socket of the relay. Each client address is a flow. A flow has its own
 * socket, connected to the server, so answers find the way back. For each datagram, one throw of a seeded die decides
 * what happens to it. The relay uses no clock. A held datagram goes when the next one of its flow comes, which may be a
 * retransmission or an answer. So a client that asks again always gets its answer, and another client gets nothing.
 * For the same reason the drops in a row are limited in each direction: of DROPS_IN_A_ROW + 1 datagrams one is not
 * dropped. The function relay_settle ends an exchange: the thread empties its sockets and waits for the server's last
 * answers.
 */
#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "peer.h"
#include "support/core/narration.h"
#include "support/core/require.h"
#include "support/core/seed.h"

#define FLOWS 16
#define HELD 8
#define DROPS_IN_A_ROW 2
#define UNANSWERED 32 /* more requests might not fit in the server's receive buffer, and get lost */
#define RELAYED_MAX 2048

enum direction { REQUEST, REPLY };

/* A datagram on its way. */
struct relayed {
    enum direction direction;
    bool after_next; /* if held: it goes after the next datagram, not before it */
    size_t len;
    unsigned char bytes[RELAYED_MAX];
};

/* One client's exchange with the server. */
struct flow {
    struct udp_peer client;
    struct peer upstream;
    unsigned unanswered; /* requests passed on, minus replies seen */
    unsigned drops_in_a_row[2];
    struct relayed held[HELD];
    unsigned held_count;
};

struct relay {
    struct peer front;
    struct udp_peer server;
    struct relay_rules rules;
    struct dice dice;
    struct relay_counts counts;
    struct flow *flows[FLOWS];
    unsigned flow_count;
    int settle, stop; /* eventfds: orders to the thread */
    bool settling;
    sem_t settled;
    pthread_t thread;
};

/* Passes a datagram on, or only narrates that it does not. */
static void pass(struct relay *relay, struct flow *flow, const struct relayed *datagram, enum wire_fate fate) {
    if (datagram->direction == REQUEST) {
        flow->unanswered += fate != WIRE_DROPPED && fate != WIRE_HELD;
        peer_send_as(&flow->upstream, datagram->bytes, datagram->len, &relay->server, fate);
    } else {
        peer_send_as(&relay->front, datagram->bytes, datagram->len, &flow->client, fate);
    }
}

/* Sends held datagrams: those that go before the new one, or those that go after it. */
static void release(struct relay *relay, struct flow *flow, unsigned count, bool after_next) {
    unsigned kept = 0;
    for (unsigned i = 0; i < flow->held_count; i++) {
        struct relayed *datagram = &flow->held[i];
        if (i < count && datagram->after_next == after_next)
            pass(relay, flow, datagram, WIRE_LATE);
        else
            flow->held[kept++] = *datagram;
    }
    flow->held_count = kept;
}

static void release_all(struct relay *relay, struct flow *flow) {
    release(relay, flow, flow->held_count, false);
    release(relay, flow, flow->held_count, true);
}

enum fate { PASS, DROP, DUPLICATE, DELAY, REORDER };

static enum fate throw_die(struct relay *relay, struct flow *flow, enum direction direction) {
    const struct relay_rules *rules = &relay->rules;
    unsigned die = dice_below(&relay->dice, 100);
    if (relay->settling)
        return PASS;
    if (die < rules->drop)
        return flow->drops_in_a_row[direction] < DROPS_IN_A_ROW ? DROP : PASS;
    if ((die -= rules->drop) < rules->duplicate)
        return DUPLICATE;
    if (flow->held_count == HELD)
        return PASS;
    if ((die -= rules->duplicate) < rules->delay)
        return DELAY;
    return die - rules->delay < rules->reorder ? REORDER : PASS;
}

static void hold(struct relay *relay, struct flow *flow, struct relayed *datagram, bool after_next) {
    datagram->after_next = after_next;
    flow->held[flow->held_count++] = *datagram;
    pass(relay, flow, datagram, WIRE_HELD);
}

/* Decides what happens to a new datagram, and does it. Held datagrams go before it or after it. */
static void deal_with(struct relay *relay, struct flow *flow, struct relayed *datagram) {
    enum fate fate = throw_die(relay, flow, datagram->direction);
    unsigned held = flow->held_count;
    if (fate == DELAY || fate == REORDER)
        hold(relay, flow, datagram, fate == REORDER);
    unsigned all = flow->held_count;
    release(relay, flow, held, false);
    held -= all - flow->held_count;
    if (fate == PASS || fate == DUPLICATE)
        pass(relay, flow, datagram, WIRE_SENT);
    if (fate == DUPLICATE)
        pass(relay, flow, datagram, WIRE_DUPLICATE);
    if (fate == DROP)
        pass(relay, flow, datagram, WIRE_DROPPED);
    release(relay, flow, held, true);
    flow->drops_in_a_row[datagram->direction] = fate == DROP ? flow->drops_in_a_row[datagram->direction] + 1 : 0;
    relay->counts.passed += fate == PASS;
    relay->counts.dropped += fate == DROP;
    relay->counts.duplicated += fate == DUPLICATE;
    relay->counts.held += fate == DELAY || fate == REORDER;
}

/* The flow of a client. Makes a new one if there is none. NULL if there are too many. */
static struct flow *flow_of(struct relay *relay, const struct udp_peer *client) {
    for (unsigned i = 0; i < relay->flow_count; i++)
        if (peer_port(&relay->flows[i]->client) == peer_port(client))
            return relay->flows[i];
    if (relay->flow_count == FLOWS)
        return NULL;
    struct flow *flow = calloc(1, sizeof *flow);
    require(flow != NULL, "find memory");
    flow->client = *client;
    flow->upstream = peer_open(AF_INET);
    wire_open(peer_port(&flow->upstream.at), WIRE_RELAY);
    return relay->flows[relay->flow_count++] = flow;
}

static bool has_datagram(int fd) {
    struct pollfd look = {.fd = fd, .events = POLLIN};
    return poll(&look, 1, 0) == 1;
}

static void take_reply(struct relay *relay, struct flow *flow) {
    struct relayed datagram = {.direction = REPLY};
    datagram.len = (size_t)peer_receive(&flow->upstream, datagram.bytes, sizeof datagram.bytes, NULL);
    flow->unanswered--;
    deal_with(relay, flow, &datagram);
}

static void take_request(struct relay *relay) {
    struct relayed datagram = {.direction = REQUEST};
    struct udp_peer client;
    datagram.len = (size_t)peer_receive(&relay->front, datagram.bytes, sizeof datagram.bytes, &client);
    struct flow *flow = flow_of(relay, &client);
    while (flow && flow->unanswered >= UNANSWERED)
        take_reply(relay, flow);
    if (flow)
        deal_with(relay, flow, &datagram);
    else
        wire_sends(peer_port(&relay->front.at), peer_port(&relay->server), datagram.bytes, datagram.len, WIRE_REFUSED);
}

/* Empties the front socket, sends all held datagrams and waits for the answers. Then the exchange is over. */
static void settle(struct relay *relay) {
    relay->settling = true;
    while (has_datagram(relay->front.fd))
        take_request(relay);
    for (unsigned i = 0; i < relay->flow_count; i++) {
        struct flow *flow = relay->flows[i];
        release_all(relay, flow);
        while (flow->unanswered)
            take_reply(relay, flow);
        peer_close(&flow->upstream);
        free(flow);
    }
    relay->flow_count = 0;
    relay->settling = false;
    sem_post(&relay->settled);
}

/* Waits for the next datagram or order. Returns false if the order is to stop. */
static bool turn(struct relay *relay) {
    struct pollfd wait[3 + FLOWS] = {{.fd = relay->stop, .events = POLLIN},
                                     {.fd = relay->settle, .events = POLLIN},
                                     {.fd = relay->front.fd, .events = POLLIN}};
    unsigned flows = relay->flow_count; /* take_request may add one, which poll does not watch yet */
    for (unsigned i = 0; i < flows; i++)
        wait[3 + i] = (struct pollfd){.fd = relay->flows[i]->upstream.fd, .events = POLLIN};
    require(poll(wait, 3 + flows, -1) > 0, "wait for a datagram");
    if (wait[0].revents)
        return false;
    eventfd_t order;
    if (wait[1].revents) {
        require(eventfd_read(relay->settle, &order) == 0, "read an order");
        settle(relay);
        return true;
    }
    for (unsigned i = 0; i < flows; i++)
        if (wait[3 + i].revents)
            take_reply(relay, relay->flows[i]);
    if (wait[2].revents)
        take_request(relay);
    return true;
}

static void *run(void *relay) {
    while (turn(relay))
        ;
    return NULL;
}

struct relay *relay_start(const struct udp_peer *server, struct relay_rules rules) {
    struct relay *relay = calloc(1, sizeof *relay);
    require(relay != NULL, "find memory");
    relay->front = peer_open(AF_INET);
    wire_open(peer_port(&relay->front.at), WIRE_RELAY);
    relay->server = *server;
    relay->rules = rules;
    relay->dice = dice_for("relay");
    relay->settle = eventfd(0, EFD_CLOEXEC);
    relay->stop = eventfd(0, EFD_CLOEXEC);
    require(relay->settle != -1 && relay->stop != -1 && sem_init(&relay->settled, 0, 0) == 0, "make an eventfd");
    require((errno = pthread_create(&relay->thread, NULL, run, relay)) == 0, "start a thread");
    step("relay: seed %llu, of 100 datagrams %u are dropped, %u duplicated, %u delayed, %u reordered",
         (unsigned long long)timeslice_seed(), rules.drop, rules.duplicate, rules.delay, rules.reorder);
    return relay;
}

const struct udp_peer *relay_address(const struct relay *relay) {
    return &relay->front.at;
}

void relay_settle(struct relay *relay) {
    require(eventfd_write(relay->settle, 1) == 0, "write an order");
    while (sem_wait(&relay->settled) == -1)
        require(errno == EINTR, "wait for the relay");
}

struct relay_counts relay_counts(const struct relay *relay) {
    return relay->counts;
}

void relay_stop(struct relay *relay) {
    relay_settle(relay);
    require(eventfd_write(relay->stop, 1) == 0, "write an order");
    require((errno = pthread_join(relay->thread, NULL)) == 0, "join a thread");
    peer_close(&relay->front);
    close(relay->settle);
    close(relay->stop);
    sem_destroy(&relay->settled);
    free(relay);
}
