/* tree.c - the tree of processes: who this one is, who started it, and whom it has started.
 *
 * Spec: spec/process.md, area TREE.
 */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include <timeslice/process.h>
#include <unistd.h>

/* Both have the maker 0: nobody may start, join, signal or close them. */
static struct process main_process = {.name = PROCESS_MAIN_NAME};
static struct process parent_process;

static struct process *current = &main_process;
static pid_t started; /* the process whose parent parent_process is; a plain fork of it was not started by anybody */

void tree_become(struct process *p, pid_t parent, const char *parent_name) {
    memset(&parent_process, 0, sizeof parent_process);
    parent_process.pid = parent;
    strncpy(parent_process.name, parent_name, PROCESS_NAME_MAX);

    started = getpid();
    current = p;
    p->pid = started;
    numbers_begin();
    children_forget();
}

bool is_current(const struct process *p) {
    return p == current;
}

bool is_parent(const struct process *p) {
    return p == &parent_process;
}

int check_maker(const struct process *p) {
    if (!p->closed && p->maker == getpid())
        return 0;
    errno = p->closed ? EINVAL : ECHILD;
    return -1;
}

/* The process that calls.
 *
 * PROC-TREE-001 in the main process
 * PROC-TREE-002 in a child
 */
struct process *process_current(void) {
    return current;
}

/* The process that started the caller.
 *
 * PROC-TREE-001 in the main process                    PROC-TREE-004 whether it lives
 * PROC-TREE-003 its name and pid
 */
struct process *process_parent(void) {
    return started == getpid() ? &parent_process : NULL;
}

/* Puts the first cap of the caller's processes that run in out[], and returns how many there are.
 *
 * PROC-TREE-002 in a child                             PROC-TREE-006 those that have ended
 * PROC-TREE-005 those that run                         PROC-TREE-007 leaves nothing behind
 */
size_t process_active_children(struct process **out, size_t cap) {
    size_t count = 0;
    for (struct process_child *child = children_first(); child != NULL; child = child->next) {
        if (!child_runs(child))
            continue;
        if (count < cap)
            out[count] = child->object;
        count++;
    }
    return count;
}
