/* faults.c - the wrappers: count down to the call that has to fail. */
#include "faults.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

#include "narration.h"

static _Thread_local struct {
    unsigned skip;  /* calls before the first that fails */
    unsigned count; /* calls that fail then */
    int error;
} armed[CALL_CLASSES];

void fail_calls(enum call_class class, unsigned k, unsigned count, int error) {
    armed[class].skip = k - 1;
    armed[class].count = count;
    armed[class].error = error;
}

/* Whether this call is one that fails; sets errno if so. */
static bool fails(enum call_class class, const char *name) {
    if (armed[class].count == 0 || (armed[class].skip > 0 && armed[class].skip--))
        return false;
    armed[class].count--;
    step("%s fails with error %d, by the kit's doing", name, armed[class].error);
    errno = armed[class].error;
    return true;
}

#define WRAP(class, type, name, parameters, arguments)                                                                 \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters {                                                                                    \
        return fails(class, #name) ? -1 : __real_##name arguments;                                                     \
    }

WRAP(SENDING, ssize_t, send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))
WRAP(SENDING, ssize_t, sendto,
     (int fd, const void *data, size_t len, int flags, const struct sockaddr *to, socklen_t to_len),
     (fd, data, len, flags, to, to_len))
WRAP(SENDING, ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))
WRAP(SENDING, int, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags),
     (fd, messages, count, flags))
WRAP(RECEIVING, ssize_t, recv, (int fd, void *buf, size_t cap, int flags), (fd, buf, cap, flags))
WRAP(RECEIVING, ssize_t, recvfrom,
     (int fd, void *buf, size_t cap, int flags, struct sockaddr *from, socklen_t *from_len),
     (fd, buf, cap, flags, from, from_len))
WRAP(RECEIVING, ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))
WRAP(RECEIVING, int, recvmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout),
     (fd, messages, count, flags, timeout))

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list) {
    if (fails(RESOLVING, "getaddrinfo"))
        return armed[RESOLVING].error;
    return __real_getaddrinfo(host, service, hints, list);
}
