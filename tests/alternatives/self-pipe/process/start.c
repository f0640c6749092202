/* start.c - fork with SIGCHLD blocked, so that no end comes before the child is in the list. */
#include "children.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void be_the_child(struct process *p, const sigset_t *mask) {
    static char parent_name[PROCESS_NAME_MAX + 1];
    strcpy(parent_name, process_current()->name);
    children_forget();
    memset(&self.parent, 0, sizeof self.parent);
    strcpy(self.parent.name, parent_name);
    self.parent.pid = p->maker;
    self.current = p;
    self.is_child = true;
    self.objects = 0;
    p->pid = getpid();
    sigprocmask(SIG_SETMASK, mask, NULL);
    if (exit_as_child() < 0)
        _exit(1);
    exit(p->cls->run(p));
}

static int may_start(const struct process *p) {
    int error = p->closed                               ? EINVAL
                : p->maker != getpid()                  ? ECHILD
                : p->child != NULL                      ? EALREADY
                : self.is_child && self.current->daemon ? EPERM
                : spawn_before_guard()                  ? EDEADLK
                : p->method == PROCESS_SPAWN            ? spawn_check(p)
                                                        : 0;
    errno = error;
    return error == 0 ? 0 : -1;
}

int process_start(struct process *p) {
    sigset_t old;
    if (may_start(p) < 0 || exit_as_program() < 0)
        return -1;
    fflush(NULL);
    children_lock(&old);
    struct process_child *child = children_prepare(p);
    pid_t pid = -1;
    if (child != NULL) {
        pid = p->method == PROCESS_SPAWN ? spawn_exec(p) : fork();
        if (pid == 0)
            be_the_child(p, &old);
        if (pid > 0) {
            children_add(child, pid);
            p->child = child;
            p->pid = pid;
        } else {
            children_drop(child);
        }
    }
    children_unlock(&old);
    return pid > 0 ? 0 : -1;
}
