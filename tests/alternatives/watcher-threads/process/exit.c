/* exit.c - one handler of exit, registered again by each process that process_start made. */
#include "registry.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void ending(int status, void *of_child) {
    struct process_child *child;
    for (child = registry_oldest(); child != NULL; child = child->younger)
        if (child->daemon && registry_look(child) == RUNS)
            kill(child->pid, SIGTERM);
    for (child = registry_oldest(); child != NULL; child = child->younger)
        registry_wait(child, INT64_MAX);
    if (of_child == NULL)
        return;
    fflush(NULL);
    _exit(status);
}

int ending_arrange(void) {
    static struct process *arranged_for;
    if (arranged_for == registry_self)
        return 0;
    if (on_exit(ending, registry_starter) != 0) {
        errno = ENOMEM;
        return -1;
    }
    arranged_for = registry_self;
    return 0;
}

bool process_is_daemon(const struct process *p) {
    if (p->closed)
        errno = EINVAL;
    return !p->closed && p->daemon;
}
