/* exitcode.c - from waitpid's status to a number. */
#include "children.h"

#include <errno.h>
#include <sys/wait.h>

int process_exitcode(const struct process *p, int *code) {
    int checked = children_check(p);
    if (checked < 0 && errno != ESRCH)
        return -1;
    if (checked < 0 || !children_ended(p->child)) {
        errno = EAGAIN;
        return -1;
    }
    if (p->child->lost) {
        errno = EIDRM;
        return -1;
    }
    int status = p->child->status;
    *code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return 0;
}
