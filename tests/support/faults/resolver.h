/* resolver.h - decides what the resolver of the C library answers to code that calls getaddrinfo.
 *
 * The linker's --wrap (wrap.args) sends getaddrinfo through faults.c, which asks this file first. It holds for the
 * calling thread. Code that resolves names in another way is not reached, so a test asks resolver_was_asked. */
#ifndef SUPPORT_FAULTS_RESOLVER_H
#define SUPPORT_FAULTS_RESOLVER_H

#include <netdb.h>
#include <stdbool.h>

/* So many calls fail with this code from now on. With EAI_SYSTEM, errno becomes error. */
void resolver_fails(unsigned times, int code, int error);

/* Every call that may ask for a name gets these addresses from now on, in this order. Their texts are numeric. At most
 * four. */
void resolver_gives(const char *const address[], unsigned count);

/* The real resolver answers again. */
void resolver_is_real(void);

/* Whether a call was answered since the last call of the functions above. */
bool resolver_was_asked(void);

/* For faults.c: answers a call, unless the real resolver has to. *code is what getaddrinfo returns. */
bool resolver_answers(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list,
                      int *code);

#endif
