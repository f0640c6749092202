/* faults.c - the wrappers: they count down to the call that has to fail. */
#include "faults.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

#include "faults_hooks.h"
#include "partial_io_hooks.h"
#include "resolver.h"
#include "support/core/narration.h"
#include "support/core/stopwatch.h"

struct armed {
    unsigned skip;   /* calls before the first one that fails */
    unsigned count;  /* calls that fail after that */
    unsigned failed; /* calls that have failed */
    int error;
};

static _Thread_local struct armed armed[CALL_CLASSES];
static struct armed everywhere[CALL_CLASSES];

void fail_calls(enum call_class class, unsigned k, unsigned count, int error) {
    armed[class].skip = k - 1;
    armed[class].count = count;
    armed[class].failed = 0;
    armed[class].error = error;
}

unsigned calls_failed(enum call_class class) {
    return armed[class].failed;
}

void fail_calls_everywhere(enum call_class class, unsigned count, int error) {
    everywhere[class].count = count;
    everywhere[class].error = error;
}

enum { SENDINGS = 16 };

static _Thread_local struct {
    unsigned count;
    double times[SENDINGS];
} sent;

void sendings_watch(void) {
    sent.count = 0;
}

unsigned sendings(double *times, unsigned room) {
    for (unsigned i = 0; i < room && i < sent.count && i < SENDINGS; i++)
        times[i] = sent.times[i];
    return sent.count;
}

static void note(enum call_class class) {
    if (class != SENDING)
        return;
    if (sent.count < SENDINGS)
        sent.times[sent.count] = stopwatch_ms();
    sent.count++;
}

/* Does this call fail? If so, sets errno. */
static bool fails(enum call_class class, const char *name) {
    struct armed *fault = everywhere[class].count > 0 ? &everywhere[class] : &armed[class];
    if (fault->count == 0 || (fault->skip > 0 && fault->skip--)) {
        note(class);
        return false;
    }
    fault->count--;
    fault->failed++;
    step("%s fails with error %d, by the kit's doing", name, fault->error);
    errno = fault->error;
    return true;
}

bool fails_on_socket(enum call_class class, const char *name, int fd) {
    int type, error = errno;
    socklen_t size = sizeof type;
    if (armed[class].count == 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
        errno = error;
        return false;
    }
    return fails(class, name);
}

#define WRAP(class, type, name, parameters, arguments)                                                                 \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters {                                                                                    \
        return fails(class, #name) ? -1 : __real_##name arguments;                                                     \
    }

/* The same for calls that may also be made on a rough descriptor (partial_io.h). */
#define WRAP_BYTES(class, name, parameters, arguments)                                                                 \
    ssize_t __real_##name parameters;                                                                                  \
    ssize_t __wrap_##name parameters;                                                                                  \
    ssize_t __wrap_##name parameters {                                                                                 \
        if (fails(class, #name) || partial_io_interrupts(fd))                                                          \
            return -1;                                                                                                 \
        len = partial_io_amount(fd, len);                                                                              \
        return partial_io_result(fd, __real_##name arguments);                                                         \
    }

/* Turns a list of blocks into a message of one shorter block. `also` copies the other results of the kernel back. */
#define WRAP_MESSAGE(class, name, type, also)                                                                          \
    ssize_t __real_##name(int fd, type *message, int flags);                                                           \
    ssize_t __wrap_##name(int fd, type *message, int flags);                                                           \
    ssize_t __wrap_##name(int fd, type *message, int flags) {                                                          \
        struct iovec part;                                                                                             \
        if (fails(class, #name) || partial_io_interrupts(fd))                                                          \
            return -1;                                                                                                 \
        size_t blocks = message->msg_iovlen;                                                                           \
        const struct iovec *shorter = partial_io_blocks(fd, message->msg_iov, &blocks, &part);                         \
        if (shorter == message->msg_iov)                                                                               \
            return partial_io_result(fd, __real_##name(fd, message, flags));                                           \
        struct msghdr less = *message;                                                                                 \
        less.msg_iov = &part;                                                                                          \
        less.msg_iovlen = blocks;                                                                                      \
        ssize_t result = partial_io_result(fd, __real_##name(fd, &less, flags));                                       \
        also;                                                                                                          \
        return result;                                                                                                 \
    }

WRAP_BYTES(SENDING, send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))
WRAP_BYTES(SENDING, sendto,
           (int fd, const void *data, size_t len, int flags, const struct sockaddr *to, socklen_t to_len),
           (fd, data, len, flags, to, to_len))
WRAP_MESSAGE(SENDING, sendmsg, const struct msghdr, (void)0)
WRAP(SENDING, int, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags),
     (fd, messages, count, flags))
WRAP_BYTES(RECEIVING, recv, (int fd, void *buf, size_t len, int flags), (fd, buf, len, flags))
WRAP_BYTES(RECEIVING, recvfrom, (int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *from_len),
           (fd, buf, len, flags, from, from_len))
WRAP_MESSAGE(RECEIVING, recvmsg, struct msghdr,
             (message->msg_flags = less.msg_flags, message->msg_controllen = less.msg_controllen,
              message->msg_namelen = less.msg_namelen))
WRAP(RECEIVING, int, recvmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout),
     (fd, messages, count, flags, timeout))

WRAP(OPENING, int, socket, (int family, int type, int protocol), (family, type, protocol))
WRAP(BINDING, int, bind, (int fd, const struct sockaddr *at, socklen_t len), (fd, at, len))
WRAP(PAIRING, int, connect, (int fd, const struct sockaddr *to, socklen_t len), (fd, to, len))

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list) {
    int code;
    if (fails(RESOLVING, "getaddrinfo"))
        return armed[RESOLVING].error;
    if (resolver_answers(host, service, hints, list, &code))
        return code;
    return __real_getaddrinfo(host, service, hints, list);
}
