/* caller_state.h - what a function has to leave as it was: signal mask, handlers, descriptors, and the flags of one. */
#ifndef SUPPORT_CORE_CALLER_STATE_H
#define SUPPORT_CORE_CALLER_STATE_H

#include "expect.h"
#include "signal_setup.h"

struct caller_state {
    struct signal_setup signals;
    int fd, flags; /* -1 if there is no such descriptor */
    int open;      /* how many descriptors are open */
};

/* The state of this thread now. If fd is not negative, its file status flags belong to it. */
struct caller_state caller_state(int fd);

/* Blocks SIGUSR2, and gives it and SIGALRM a handler, so that a change can be seen. */
void mark_signals(void);

/* Nothing has changed since the state before. The words name the call. */
void expect_unchanged(const struct caller_state *before, const char *call);

#endif
