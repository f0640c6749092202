/* exit.c - the ends of programs and children. One handler of exit serves both. */
#include "children.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static pid_t registered_by; /* the process that has put the handler on top of those it inherited */

static void at_the_end(int status, void *unused) {
    (void)unused;
    if (registered_by != getpid())
        return; /* of a plain fork: what was started before it is not its own */
    children_end();
    if (!self.is_child)
        return;
    fflush(NULL);
    _exit(status);
}

static int put_on_top(void) {
    if (registered_by == getpid())
        return 0;
    if (on_exit(at_the_end, NULL) != 0) {
        errno = ENOMEM;
        return -1;
    }
    registered_by = getpid();
    return 0;
}

int exit_as_program(void) {
    return put_on_top();
}

int exit_as_child(void) {
    return put_on_top();
}

bool process_is_daemon(const struct process *p) {
    if (!p->closed)
        return p->daemon;
    errno = EINVAL;
    return false;
}
