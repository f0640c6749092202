/* join.c - waits for a process, and tells whether it still runs.
 *
 * Spec: spec/process.md, area JOIN. The functions below are stubs: they compile, fail with ENOSYS and earn
 * nothing.
 */
#include <errno.h>
#include <timeslice/process.h>

/* Waits until p has ended, for at most timeout_ms milliseconds.
 *
 * PROC-JOIN-001 waits                                  PROC-JOIN-009 concurrent
 * PROC-JOIN-002 a second join                          PROC-JOIN-010 no zombie
 * PROC-JOIN-003 a timeout of 0                         PROC-JOIN-011 takes no other child
 * PROC-JOIN-004 gives up in time                       PROC-JOIN-012 lost
 * PROC-JOIN-005 signals do not matter                  PROC-JOIN-013 a living grandchild
 * PROC-JOIN-006 not oneself                            PROC-JOIN-014 sleeps
 * PROC-JOIN-007 only its maker                         PROC-JOIN-017 leaves nothing behind
 * PROC-JOIN-008 serial                                 PROC-FAULT-001 signals in every call
 */
int process_join(struct process *p, int timeout_ms) {
    (void)p;
    (void)timeout_ms;
    errno = ENOSYS;
    return -1;
}

/* Whether p runs.
 *
 * PROC-JOIN-007 only its maker                         PROC-JOIN-015 from the start to the end
 * PROC-JOIN-012 lost                                   PROC-TREE-004 the parent
 */
bool process_is_alive(struct process *p) {
    (void)p;
    errno = ENOSYS;
    return false;
}

/* A descriptor that is readable when p has ended.
 *
 * PROC-JOIN-013 a living grandchild
 * PROC-JOIN-016 readable at the end
 */
int process_sentinel(const struct process *p) {
    (void)p;
    errno = ENOSYS;
    return -1;
}
