/* careless.c - a runner with a mistake: getpgid, which the runner calls and no test, decides by a value never set. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *volatile unset;

pid_t getpgid(pid_t pid) {
    unset = malloc(1);
    if (unset != NULL && unset[0] > 0)
        errno = 0;
    free(unset);
    return (pid_t)syscall(SYS_getpgid, pid);
}
