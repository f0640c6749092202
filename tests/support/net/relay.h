/* relay.h - a bad network: between clients and one server it drops, duplicates, delays and reorders datagrams. */
#ifndef SUPPORT_NET_RELAY_H
#define SUPPORT_NET_RELAY_H

#include <timeslice/udp.h>

/* How bad it is: of 100 datagrams, in either direction, so many fare so. The rest pass. */
struct relay_rules {
    unsigned drop;      /* are lost */
    unsigned duplicate; /* come twice */
    unsigned delay;     /* are held until the next datagram of the exchange comes, and go before it */
    unsigned reorder;   /* are held until the next datagram of the exchange comes, and go after it */
};

struct relay;

/* Starts a relay in front of an IPv4 server, which must answer each request once. Its choices follow the run's seed. */
struct relay *relay_start(const struct udp_peer *server, struct relay_rules rules);

/* The address that clients send to instead of the server's. */
const struct udp_peer *relay_address(const struct relay *relay);

/* Ends an exchange: lets go what is held, waits for the server's last answer, passes it on and forgets the client. */
void relay_settle(struct relay *relay);

/* What it did to datagrams so far; of each it told as in wire.h. Call after relay_settle. */
struct relay_counts {
    unsigned passed, dropped, duplicated, held;
};
struct relay_counts relay_counts(const struct relay *relay);

/* Settles, ends the thread, closes and frees everything. */
void relay_stop(struct relay *relay);

#endif
