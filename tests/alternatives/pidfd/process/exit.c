/* exit.c - one handler of exit for programs and for children, which end before they come to older ones. */
#include "identity.h"
#include "wards.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void leave(int status, void *unused) {
    (void)unused;
    if (identity.at_exit != getpid()) /* a plain fork of a process that had put it in place */
        return;
    wards_see_off();
    if (identity.self == NULL)
        return;
    fflush(NULL);
    _exit(status);
}

int identity_will_end(void) {
    if (identity.at_exit == getpid())
        return 0;
    if (on_exit(leave, NULL) != 0) {
        errno = ENOMEM;
        return -1;
    }
    identity.at_exit = getpid();
    return 0;
}

bool process_is_daemon(const struct process *p) {
    if (p->closed)
        errno = EINVAL;
    return p->closed ? false : p->daemon;
}
