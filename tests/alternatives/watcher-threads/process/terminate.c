/* terminate.c - signals go to processes that nobody has waited for yet. */
#include "registry.h"

#include <errno.h>
#include <signal.h>

static int ask_to_end(struct process *p, int signal) {
    int refusal = registry_refusal(p);
    if (refusal != 0) {
        errno = refusal;
        return -1;
    }
    if (registry_look(p->child) == RUNS && kill(p->child->pid, signal) != 0 && errno != ESRCH)
        return -1;
    return 0;
}

int process_terminate(struct process *p) {
    return ask_to_end(p, SIGTERM);
}

int process_kill(struct process *p) {
    return ask_to_end(p, SIGKILL);
}

int process_close(struct process *p) {
    int refusal = registry_refusal(p);
    if (refusal == ECHILD || (refusal == 0 && registry_look(p->child) == RUNS)) {
        errno = refusal == ECHILD ? ECHILD : EBUSY;
        return -1;
    }
    if (refusal == 0)
        registry_remove(p->child);
    p->child = NULL;
    p->closed = true;
    return 0;
}
