/* resolve.h - all addresses of a host, for code that has to try one after the other.
 *
 * UDP-FAULT-002: only the resolver allocates memory. */
#ifndef TIMESLICE_RESOLVE_H
#define TIMESLICE_RESOLVE_H

#include <netdb.h>
#include <stdint.h>

/* Finds every address of host, and puts them in *list, each with port (host byte order). The caller frees the list with
 * freeaddrinfo. A host is a name or a numeric address. Returns 0. Errors: those of udp_resolve. */
int resolve_all(const char *host, uint16_t port, struct addrinfo **list);

#endif
