/* terminate.c - signals and the close. */
#include "children.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static int send(struct process *p, int number) {
    sigset_t old;
    if (children_check(p) < 0)
        return -1;
    children_lock(&old); /* so that it is not waited for between the question and the signal */
    children_list();
    int result = p->child->ended ? 0 : kill(p->child->pid, number);
    children_unlock(&old);
    return result;
}

int process_terminate(struct process *p) {
    return send(p, SIGTERM);
}

int process_kill(struct process *p) {
    return send(p, SIGKILL);
}

int process_close(struct process *p) {
    sigset_t old;
    if (p->closed)
        return 0;
    if (children_check(p) < 0) {
        if (errno != ESRCH)
            return -1;
    } else if (!children_ended(p->child)) {
        errno = EBUSY;
        return -1;
    } else {
        children_lock(&old);
        children_drop(p->child);
        children_unlock(&old);
    }
    p->child = NULL;
    p->closed = true;
    return 0;
}
