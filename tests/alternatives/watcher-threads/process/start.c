/* start.c - the child first, its watcher next. */
#include "registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static _Noreturn void run_as_child(struct process *p) {
    registry_become(p, process_current()->name, p->maker);
    p->pid = getpid();
    if (ending_arrange() != 0)
        _exit(1);
    exit(p->cls->run(p));
}

static struct process_child *fork_child(struct process *p) {
    struct process_child *child = registry_new(p, 0);
    if (child == NULL)
        return NULL;
    child->pid = fork();
    if (child->pid == 0)
        run_as_child(p);
    if (child->pid > 0)
        return child;
    registry_free(child);
    return NULL;
}

int process_start(struct process *p) {
    int refusal = registry_refusal(p);
    if (refusal == 0)
        refusal = EALREADY;
    else if (refusal == ESRCH)
        refusal = registry_self->daemon ? EPERM : spawn_guard_refusal();
    if (refusal == 0 && p->method == PROCESS_SPAWN)
        refusal = spawn_refusal(p);
    if (refusal != 0) {
        errno = refusal;
        return -1;
    }
    if (ending_arrange() != 0)
        return -1;
    fflush(NULL);
    struct process_child *child = p->method == PROCESS_SPAWN ? spawn_begin(p) : fork_child(p);
    if (child == NULL)
        return -1;
    if (registry_watch(child) != 0) {
        registry_free(child);
        return -1;
    }
    p->pid = child->pid;
    p->child = child;
    return 0;
}
