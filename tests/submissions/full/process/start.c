/* start.c - from an object to a process that runs.
 *
 * Spec: spec/process.md, areas START and ISO.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <timeslice/process.h>
#include <unistd.h>

/* Forks, and in the child runs p. Signals are held back meanwhile: a handler that ran in the child before that knows
 * who it is would take it for its parent, and could end it as such. */
static pid_t fork_start(struct process *p, struct process_child *child, int placeholder) {
    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);

    pid_t pid = fork();
    if (pid != 0) {
        int error = errno;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        errno = error;
        return pid;
    }

    free(child);
    close(placeholder);
    tree_become(p, parent, process_name(process_current()));
    if (end_of_child_prepare() == -1)
        _exit(1); /* better no run than one that ends as its parent would */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    exit(p->cls->run(p));
}

/* Starts p and does not wait for it.
 *
 * PROC-START-001 runs the target                       PROC-START-007 no descriptor is lost
 * PROC-START-002 or the subclass's run                 PROC-START-008 leaves nothing behind
 * PROC-START-003 once                                  PROC-ISO-001 a copy of the values now
 * PROC-START-004 only its maker                        PROC-ISO-002 no write comes back
 * PROC-START-005 what stdio has buffered               PROC-NEW-004 numbers in a child
 * PROC-START-006 no process can be made                PROC-DAEMON-002 not from a daemon
 */
int process_start(struct process *p) {
    if (check_maker(p) == -1)
        return -1;
    int refused = p->child != NULL ? EALREADY : process_current()->daemon ? EPERM : spawn_refused();
    if (refused != 0) {
        errno = refused;
        return -1;
    }
    if (p->method == PROCESS_SPAWN && spawn_check(p) == -1)
        return -1;
    if (end_of_program_prepare() == -1)
        return -1;

    struct process_child *child = calloc(1, sizeof *child);
    if (child == NULL)
        return -1;
    /* Keeps a descriptor free for the sentinel, so that there is no child before it is sure that there can be one. */
    int placeholder = eventfd(0, EFD_CLOEXEC);
    if (placeholder == -1) {
        free(child);
        return -1;
    }

    flush_all();
    pid_t pid = p->method == PROCESS_SPAWN ? spawn_start(p) : fork_start(p, child, placeholder);
    int error = errno;
    close(placeholder);
    if (pid == -1) {
        free(child);
        errno = error;
        return -1;
    }

    child->object = p;
    child->pid = pid;
    child->daemon = p->daemon;
    child->sentinel = pidfd_open(pid, 0);
    /* Where SIGCHLD is ignored, a child that ended at once has left nothing to open: it has ended for ever. */
    if (child->sentinel == -1 && errno == ESRCH)
        child->sentinel = eventfd(1, EFD_CLOEXEC);
    if (child->sentinel == -1) {
        error = errno;
        kill(pid, SIGKILL);
        child_reap(child);
        free(child);
        errno = error;
        return -1;
    }
    children_add(child);
    p->child = child;
    p->pid = pid;
    return 0;
}
