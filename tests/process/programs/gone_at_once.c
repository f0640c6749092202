/* gone_at_once.c - a program that ignores SIGCHLD. It starts a child that is gone before any code looks at it.
 *
 * The test links it with -Wl,--wrap=pidfd_open. The wrapper waits for the end of the child, so the rare case happens
 * every time. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>
#include <timeslice/process.h>

int __real_pidfd_open(pid_t pid, unsigned flags);
int __wrap_pidfd_open(pid_t pid, unsigned flags);

int __wrap_pidfd_open(pid_t pid, unsigned flags) {
    while (kill(pid, 0) == 0)
        poll(NULL, 0, 1);
    return __real_pidfd_open(pid, flags);
}

static int quit(void *unused) {
    (void)unused;
    return 5;
}

/* Prints the result of each call, and whether errno is EIDRM after a failure. */
int main(void) {
    struct process p;
    int code;
    if (signal(SIGCHLD, SIG_IGN) == SIG_ERR || process_init_target(&p, quit, NULL, NULL) != 0)
        return 1;
    printf("start %d\n", process_start(&p));
    struct pollfd sentinel = {.fd = process_sentinel(&p), .events = POLLIN};
    printf("sentinel readable %d\n", poll(&sentinel, 1, -1) == 1);
    printf("alive %d\n", process_is_alive(&p));
    int joined = process_join(&p, -1);
    printf("join %d, lost %d\n", joined, errno == EIDRM);
    int asked = process_exitcode(&p, &code);
    printf("exit code %d, lost %d\n", asked, errno == EIDRM);
    printf("kill %d\n", process_kill(&p));
    printf("close %d\n", process_close(&p));
    return 0;
}
