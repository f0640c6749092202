/* terminate.c - ends a process from outside, and releases what it holds.
 *
 * Spec: spec/process.md, area TERM. The functions below are stubs: they compile, fail with ENOSYS and earn
 * nothing.
 */
#include <errno.h>
#include <timeslice/process.h>

/* Sends SIGTERM to p and does not wait.
 *
 * PROC-TERM-001 the signal                             PROC-TERM-004 already ended
 * PROC-TERM-002 does not wait                          PROC-TERM-005 only its maker
 */
int process_terminate(struct process *p) {
    (void)p;
    errno = ENOSYS;
    return -1;
}

/* Sends SIGKILL to p and does not wait.
 *
 * PROC-TERM-003 the signal                             PROC-TERM-005 only its maker
 * PROC-TERM-004 already ended
 */
int process_kill(struct process *p) {
    (void)p;
    errno = ENOSYS;
    return -1;
}

/* Releases everything that p holds.
 *
 * PROC-TERM-005 only its maker                         PROC-TERM-008 afterwards
 * PROC-TERM-006 not while it runs                      PROC-TERM-009 leaves nothing behind
 * PROC-TERM-007 in every other state
 */
int process_close(struct process *p) {
    (void)p;
    errno = ENOSYS;
    return -1;
}
