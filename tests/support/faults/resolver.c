/* resolver.c - makes lists as the real resolver makes them: the real freeaddrinfo frees them. */
#include "resolver.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "support/core/narration.h"
#include "support/core/require.h"

enum { ADDRESSES = 4 };

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list);

static _Thread_local struct {
    unsigned times; /* how many more calls fail */
    int code, error;
    const char *address[ADDRESSES];
    unsigned count; /* of addresses */
    bool asked;
} now;

void resolver_fails(unsigned times, int code, int error) {
    step("from here on the resolver fails with \"%s\"", gai_strerror(code));
    memset(&now, 0, sizeof now);
    now.times = times;
    now.code = code;
    now.error = error;
}

void resolver_gives(const char *const address[], unsigned count) {
    require(count > 0 && count <= ADDRESSES, "keep so many addresses");
    memset(&now, 0, sizeof now);
    now.count = count;
    for (unsigned i = 0; i < count; i++) {
        now.address[i] = address[i];
        step("address %u that the resolver gives: %s", i + 1, address[i]);
    }
}

void resolver_is_real(void) {
    memset(&now, 0, sizeof now);
}

bool resolver_was_asked(void) {
    return now.asked;
}

/* The addresses of the family that is wanted, one list of the real resolver after the other. */
static int give(const char *service, const struct addrinfo *hints, struct addrinfo **list) {
    struct addrinfo wanted = {.ai_socktype = SOCK_DGRAM};
    if (hints != NULL)
        wanted = *hints;
    wanted.ai_flags = (wanted.ai_flags & AI_NUMERICSERV) | AI_NUMERICHOST;
    struct addrinfo **end = list;
    *list = NULL;
    for (unsigned i = 0; i < now.count; i++) {
        if (__real_getaddrinfo(now.address[i], service, &wanted, end) != 0)
            *end = NULL; /* of another family */
        while (*end != NULL)
            end = &(*end)->ai_next;
    }
    return *list != NULL ? 0 : EAI_NONAME;
}

bool resolver_answers(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list,
                      int *code) {
    if (now.times > 0) {
        now.times--;
        now.asked = true;
        *code = now.code;
        if (now.code == EAI_SYSTEM)
            errno = now.error;
        return true;
    }
    if (host != NULL && strchr(host, '[') != NULL) { /* no such name exists, so nobody has to ask the network */
        *code = EAI_NONAME;
        return true;
    }
    if (now.count == 0 || host == NULL || (hints != NULL && (hints->ai_flags & AI_NUMERICHOST)))
        return false;
    now.asked = true;
    *code = give(service, hints, list);
    return true;
}
