/* tree.c - the tree of processes: the current process, its parent, and its active children.
 *
 * Spec: spec/process.md, area TREE. The functions below are stubs: they compile, fail with ENOSYS and earn
 * nothing.
 */
#include <errno.h>
#include <timeslice/process.h>

/* The process that calls this function.
 *
 * PROC-TREE-001 in the main process
 * PROC-TREE-002 in a child
 */
struct process *process_current(void) {
    errno = ENOSYS;
    return NULL;
}

/* The process that started the caller.
 *
 * PROC-TREE-001 in the main process                    PROC-TREE-004 whether it lives
 * PROC-TREE-003 its name and pid
 */
struct process *process_parent(void) {
    errno = ENOSYS;
    return NULL;
}

/* Looks for the running processes that the caller started. Puts the first cap of them in out[] and returns how many
 * there are.
 *
 * PROC-TREE-002 in a child                             PROC-TREE-006 those that have ended
 * PROC-TREE-005 those that run                         PROC-TREE-007 leaves nothing behind
 */
size_t process_active_children(struct process **out, size_t cap) {
    (void)out;
    (void)cap;
    errno = ENOSYS;
    return 0;
}
