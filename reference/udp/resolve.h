/* resolve.h - all addresses of a host, for those who have to try one after the other. */
#ifndef TIMESLICE_RESOLVE_H
#define TIMESLICE_RESOLVE_H

#include <netdb.h>
#include <stdint.h>

/* Finds every address of host, a name or a numeric address, each with port (host byte order), and puts the list in
 * *list; the caller gives it back to freeaddrinfo. Returns 0. Errors: those of udp_resolve. */
int resolve_all(const char *host, uint16_t port, struct addrinfo **list);

#endif
