/* relay.h - a bad network: between clients and one server it drops, duplicates, delays and reorders datagrams. */
#ifndef SUPPORT_NET_RELAY_H
#define SUPPORT_NET_RELAY_H

#include <timeslice/udp.h>

/* How bad the network is: what happens to how many of 100 datagrams, in each direction. The rest pass. */
struct relay_rules {
    unsigned drop;      /* these are lost */
    unsigned duplicate; /* these come twice */
    unsigned delay;     /* these wait for the next datagram of the exchange, and go before it */
    unsigned reorder;   /* these wait for the next datagram of the exchange, and go after it */
};

struct relay;

/* Starts a relay in front of an IPv4 server. The server must answer each request once. The seed of the run decides. */
struct relay *relay_start(const struct udp_peer *server, struct relay_rules rules);

/* The address of the relay. Clients send to it, not to the server. */
const struct udp_peer *relay_address(const struct relay *relay);

/* Ends an exchange: sends the held datagrams, waits for the last answer, passes it on, and forgets the client. */
void relay_settle(struct relay *relay);

/* What the relay did so far. Each datagram became a step, as in wire.h. Call it after relay_settle. */
struct relay_counts {
    unsigned passed, dropped, duplicated, held;
};
struct relay_counts relay_counts(const struct relay *relay);

/* Ends the exchange and the thread, closes and frees everything. */
void relay_stop(struct relay *relay);

#endif
