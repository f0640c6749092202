/* signal_setup.h - what a process does on each signal, and which signals it blocks. It must stay the same over a call.
 */
#ifndef SUPPORT_CORE_SIGNAL_SETUP_H
#define SUPPORT_CORE_SIGNAL_SETUP_H

#include <signal.h>
#include <stdbool.h>

enum { SIGNAL_NUMBERS = 65 };

struct signal_setup {
    sigset_t blocked;
    struct sigaction actions[SIGNAL_NUMBERS];
};

/* The setup of the caller now. */
struct signal_setup signal_setup_now(void);

/* Blocks SIGUSR1 and SIGWINCH. Sets handlers for SIGUSR2, with flags and a mask, and for SIGHUP. Ignores SIGPIPE. */
void signal_setup_make(void);

/* What differs between the setup before and now, in words: "" if nothing differs. Without with_sigchld, the action of
 * SIGCHLD is left out, because the library may have a handler while children run. The text is valid until the next
 * call. */
const char *signal_setup_changes(const struct signal_setup *before, bool with_sigchld);

#endif
