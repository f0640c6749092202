/* program.c - forks a child, and keeps it from running the exit handlers that it inherited.
 *
 * Theory of operation. The test process has handlers of exit(3) that belong to Criterion or the executor. They must not
 * run in a child. The newest handler runs first. So a handler that ends the process is registered before the code under
 * test registers any. In the test's own process it does nothing. */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/require.h"

/* Forks. Returns 0 in the child. The child dies when its parent dies. */
static pid_t fork_for_life(void) {
    pid_t test = getpid(), pid = fork();
    require(pid != -1, "fork");
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
    if (getppid() != test)
        _exit(EXIT_FAILURE);
    return 0;
}

pid_t plain_start(program_body *body, void *arg) {
    pid_t pid = fork_for_life();
    if (pid == 0)
        _exit(body(arg));
    return pid;
}

static void end_here(int status, void *owner) {
    if (getpid() == (pid_t)(intptr_t)owner)
        return;
    fflush(NULL);
    _exit(status);
}

void exits_end_here(void) {
    require(on_exit(end_here, (void *)(intptr_t)getpid()) == 0, "register a handler of exit");
}

pid_t program_start(program_body *body, void *arg) {
    exits_end_here();
    fflush(NULL);
    pid_t pid = fork_for_life();
    if (pid == 0)
        exit(body(arg));
    return pid;
}

int end_of(pid_t pid) {
    int status;
    pid_t ended;
    do
        ended = waitpid(pid, &status, 0);
    while (ended == -1 && errno == EINTR);
    require(ended == pid, "wait for a child of its own");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void end_of_all(void) {
    while (waitpid(-1, NULL, 0) != -1 || errno == EINTR)
        continue;
}

void adopt_orphans(void) {
    require(prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == 0, "become a subreaper");
}
