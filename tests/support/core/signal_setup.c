/* signal_setup.c - asks sigaction(2) and sigprocmask(2) about every signal. */
#include "signal_setup.h"

#include <stdio.h>
#include <string.h>

#include "require.h"

static void do_nothing(int signal) {
    (void)signal;
}

struct signal_setup signal_setup_now(void) {
    struct signal_setup now;
    memset(&now, 0, sizeof now);
    require(sigprocmask(SIG_SETMASK, NULL, &now.blocked) == 0, "read the signal mask");
    for (int signal = 1; signal < SIGNAL_NUMBERS; signal++)
        sigaction(signal, NULL, &now.actions[signal]); /* fails for the signals that the C library keeps for itself */
    return now;
}

void signal_setup_make(void) {
    struct sigaction action = {.sa_handler = do_nothing, .sa_flags = SA_RESTART | SA_NODEFER};
    sigset_t blocked;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGTERM);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGWINCH);
    require(sigaction(SIGUSR2, &action, NULL) == 0, "set a handler");
    action = (struct sigaction){.sa_handler = do_nothing};
    require(sigaction(SIGHUP, &action, NULL) == 0, "set a handler");
    require(signal(SIGPIPE, SIG_IGN) != SIG_ERR, "ignore a signal");
    require(sigprocmask(SIG_SETMASK, &blocked, NULL) == 0, "set the signal mask");
}

static bool same_set(const sigset_t *a, const sigset_t *b) {
    for (int signal = 1; signal < SIGNAL_NUMBERS; signal++)
        if (sigismember(a, signal) != sigismember(b, signal))
            return false;
    return true;
}

/* The C library sets this flag in every action that a program sets. Linux has it on some machines only. */
#ifndef SA_RESTORER
#define SA_RESTORER 0x04000000
#endif

static bool same_action(const struct sigaction *a, const struct sigaction *b) {
    return a->sa_handler == b->sa_handler && ((a->sa_flags ^ b->sa_flags) & ~SA_RESTORER) == 0 &&
           same_set(&a->sa_mask, &b->sa_mask);
}

const char *signal_setup_changes(const struct signal_setup *before, bool with_sigchld) {
    static char text[64];
    struct signal_setup now = signal_setup_now();
    if (!same_set(&before->blocked, &now.blocked))
        return "the signal mask";
    for (int signal = 1; signal < SIGNAL_NUMBERS; signal++) {
        if ((signal == SIGCHLD && !with_sigchld) || same_action(&before->actions[signal], &now.actions[signal]))
            continue;
        snprintf(text, sizeof text, "the action of signal %d", signal);
        return text;
    }
    return "";
}
