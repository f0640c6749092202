/* start.c - fork, and what parent and child do first. */
#include "identity.h"
#include "wards.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int objection(const struct process *p) {
    if (p->closed)
        return EINVAL;
    if (p->maker != getpid())
        return ECHILD;
    if (p->child != NULL)
        return EALREADY;
    if (identity.self != NULL && identity.self->daemon)
        return EPERM;
    int guard = spawn_guard_objection();
    if (guard != 0)
        return guard;
    return p->method == PROCESS_SPAWN ? spawn_objection(p) : 0;
}

static _Noreturn void live(struct process *p) {
    char starter_name[PROCESS_NAME_MAX + 1];
    memcpy(starter_name, process_current()->name, sizeof starter_name);
    wards_disown();
    p->pid = getpid();
    identity_assume(p, starter_name, p->maker);
    if (identity_will_end() == -1)
        _exit(1);
    exit(p->cls->run(p));
}

int process_start(struct process *p) {
    int error = objection(p);
    if (error != 0 || identity_will_end() == -1) {
        errno = error != 0 ? error : errno;
        return -1;
    }
    fflush(NULL);
    pid_t pid = p->method == PROCESS_SPAWN ? spawn_start(p) : fork();
    if (pid == 0)
        live(p);
    struct process_child *ward = pid > 0 ? ward_take(p, pid) : NULL;
    if (ward == NULL)
        return -1;
    p->pid = pid;
    p->child = ward;
    return 0;
}
