/* join.c - waiting, and being alive. */
#include "children.h"

#include <errno.h>
#include <unistd.h>

int process_join(struct process *p, int timeout_ms) {
    if (!p->closed && p == process_current()) {
        errno = EDEADLK;
        return -1;
    }
    if (children_check(p) < 0 || children_await(p->child, timeout_ms) < 0)
        return -1;
    if (!p->child->lost)
        return 0;
    errno = EIDRM;
    return -1;
}

bool process_is_alive(struct process *p) {
    if (p == process_current())
        return true;
    if (p == process_parent())
        return getppid() == p->pid;
    return children_check(p) == 0 && !children_ended(p->child);
}

int process_sentinel(const struct process *p) {
    return children_check(p) < 0 ? -1 : p->child->self_pipe[0];
}
