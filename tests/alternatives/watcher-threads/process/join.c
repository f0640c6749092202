/* join.c - questions to the registry. */
#include "registry.h"

#include <errno.h>
#include <unistd.h>

int process_join(struct process *p, int timeout_ms) {
    int64_t until = timeout_ms < 0 ? INT64_MAX : monotonic_ns() + timeout_ms * (int64_t)1000000;
    int error = p == registry_self ? EDEADLK : registry_refusal(p);
    if (error == 0) {
        enum phase phase = registry_wait(p->child, until);
        error = phase == RUNS ? ETIMEDOUT : phase == LOST ? EIDRM : 0;
    }
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

bool process_is_alive(struct process *p) {
    if (p == registry_self)
        return true;
    if (p == registry_starter && p != NULL)
        return getppid() == p->pid;
    int refusal = registry_refusal(p);
    if (refusal == 0)
        return registry_look(p->child) == RUNS;
    errno = refusal;
    return false;
}

int process_sentinel(const struct process *p) {
    int refusal = registry_refusal(p);
    if (refusal == 0)
        return p->child->over;
    errno = refusal;
    return -1;
}
