/* caller_state.c - asks the kernel, before and after. */
#include "caller_state.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>

#include "descriptors.h"
#include "require.h"

struct caller_state caller_state(int fd) {
    struct caller_state now;
    memset(&now, 0, sizeof now);
    require(pthread_sigmask(SIG_BLOCK, NULL, &now.mask) == 0, "read the signal mask");
    for (int signal = 1; signal < 65; signal++)
        sigaction(signal, NULL, &now.handlers[signal]); /* fails for two signals of the C library */
    now.fd = fd;
    now.flags = fd >= 0 ? fcntl(fd, F_GETFL) : -1;
    now.open = open_descriptors();
    return now;
}

static void ignore(int signal) {
    (void)signal;
}

void mark_signals(void) {
    struct sigaction action = {.sa_handler = ignore};
    sigset_t marked;
    sigemptyset(&marked);
    sigaddset(&marked, SIGUSR2);
    require(sigaction(SIGUSR2, &action, NULL) == 0 && sigaction(SIGALRM, &action, NULL) == 0, "set a signal's handler");
    require(pthread_sigmask(SIG_BLOCK, &marked, NULL) == 0, "block a signal");
}

/* The first signal whose handler differs, or 0. */
static int changed_signal(const struct caller_state *a, const struct caller_state *b) {
    for (int signal = 1; signal < 65; signal++)
        if (a->handlers[signal].sa_handler != b->handlers[signal].sa_handler ||
            a->handlers[signal].sa_flags != b->handlers[signal].sa_flags)
            return signal;
    return 0;
}

/* The first signal that only one of them blocks, or 0. */
static int changed_mask(const struct caller_state *a, const struct caller_state *b) {
    for (int signal = 1; signal < 65; signal++)
        if (sigismember(&a->mask, signal) != sigismember(&b->mask, signal))
            return signal;
    return 0;
}

void expect_unchanged(const struct caller_state *before, const char *call) {
    struct caller_state now = caller_state(before->fd);
    expect_int(changed_mask(before, &now), 0, "the first signal whose place in the mask has changed (%s)", call);
    expect_int(changed_signal(before, &now), 0, "the first signal whose handler has changed (%s)", call);
    expect_int(now.flags, before->flags, "the file status flags of the caller's descriptor (%s)", call);
    expect_int(now.open, before->open, "the number of open descriptors (%s)", call);
}
