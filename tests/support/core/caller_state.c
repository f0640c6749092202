/* caller_state.c - asks the kernel, before and after. */
#include "caller_state.h"

#include <fcntl.h>
#include <pthread.h>

#include "descriptors.h"
#include "require.h"

struct caller_state caller_state(int fd) {
    return (struct caller_state){.signals = signal_setup_now(),
                                 .fd = fd,
                                 .flags = fd >= 0 ? fcntl(fd, F_GETFL) : -1,
                                 .open = open_descriptors()};
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

void expect_unchanged(const struct caller_state *before, const char *call) {
    struct caller_state now = caller_state(before->fd);
    expect_text(signal_setup_changes(&before->signals, true), "", "what has changed of the signals (%s)", call);
    expect_int(now.flags, before->flags, "the file status flags of the caller's descriptor (%s)", call);
    expect_int(now.open, before->open, "the number of open descriptors (%s)", call);
}
