/* terminate.c - signals by pidfd, and the end of an object. */
#include "wards.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

int process_terminate(struct process *p) {
    return may_ask(p) == 0 ? ward_signal(p->child, SIGTERM) : -1;
}

int process_kill(struct process *p) {
    return may_ask(p) == 0 ? ward_signal(p->child, SIGKILL) : -1;
}

int process_close(struct process *p) {
    if (p->closed)
        return 0;
    if (may_ask(p) == -1 && errno != ESRCH)
        return -1;
    if (p->child != NULL && ward_look(p->child) == RUNS) {
        errno = EBUSY;
        return -1;
    }
    if (p->child != NULL)
        ward_drop(p->child);
    p->child = NULL;
    p->closed = true;
    return 0;
}
