/* exitcode.c - how a process has ended.
 *
 * Spec: spec/process.md, area EXIT.
 */
#include "internal.h"

#include <errno.h>
#include <timeslice/process.h>

/* Puts the exit code of p in *code.
 *
 * PROC-EXIT-001 the low eight bits                     PROC-EXIT-003 known without a join
 * PROC-EXIT-002 killed by a signal                     PROC-JOIN-012 lost
 */
int process_exitcode(const struct process *p, int *code) {
    if (check_maker(p) == -1)
        return -1;
    if (p->child == NULL || child_runs(p->child)) {
        errno = EAGAIN;
        return -1;
    }
    if (p->child->state == CHILD_LOST) {
        errno = EIDRM;
        return -1;
    }
    *code = p->child->code;
    return 0;
}
