/* exitcode.c - how a process ended.
 *
 * Spec: spec/process.md, area EXIT. The function below is a stub: it compiles, fails with ENOSYS and earns
 * nothing.
 */
#include <errno.h>
#include <timeslice/process.h>

/* Puts the exit code of p in *code.
 *
 * PROC-EXIT-001 the low eight bits                     PROC-EXIT-003 known without a join
 * PROC-EXIT-002 killed by a signal                     PROC-JOIN-012 lost
 */
int process_exitcode(const struct process *p, int *code) {
    (void)p;
    (void)code;
    errno = ENOSYS;
    return -1;
}
