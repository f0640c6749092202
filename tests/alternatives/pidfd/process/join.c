/* join.c - waiting for a ward, and what can be known of it meanwhile. */
#include "identity.h"
#include "wards.h"

#include <errno.h>
#include <unistd.h>

int process_join(struct process *p, int timeout_ms) {
    if (!p->closed && p == process_current()) {
        errno = EDEADLK;
        return -1;
    }
    if (may_ask(p) == -1 || ward_wait(p->child, timeout_ms) == -1)
        return -1;
    if (p->child->fate == GONE)
        errno = EIDRM;
    return p->child->fate == GONE ? -1 : 0;
}

bool process_is_alive(struct process *p) {
    if (!p->closed && p == process_current())
        return true;
    if (identity.self != NULL && p == &identity.starter)
        return p->pid == getppid();
    return may_ask(p) == 0 && ward_look(p->child) == RUNS;
}

int process_sentinel(const struct process *p) {
    return may_ask(p) == 0 ? p->child->pidfd : -1;
}
