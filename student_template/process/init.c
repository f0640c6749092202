/* init.c - makes objects that are not yet started: their names, and what they inherit.
 *
 * Spec: spec/process.md, area NEW. The functions below are stubs: they compile, fail with ENOSYS and earn nothing.
 */
#include <errno.h>
#include <timeslice/process.h>

/* Makes *p a process of class cls. Starts nothing.
 *
 * PROC-NEW-001 default names                           PROC-NEW-005 what is refused
 * PROC-NEW-002 a given name                            PROC-NEW-006 before the start
 * PROC-NEW-003 the name of a subclass                  PROC-DAEMON-001 which process is a daemon
 * PROC-NEW-004 numbers in a child                      PROC-TREE-007 leaves nothing behind
 */
int process_init(struct process *p, const struct process_class *cls, const struct process_options *options) {
    (void)p;
    (void)cls;
    (void)options;
    errno = ENOSYS;
    return -1;
}

/* The same for a process that calls target(arg).
 *
 * PROC-NEW-001 default names
 * PROC-NEW-005 what is refused
 */
int process_init_target(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    (void)p;
    (void)target;
    (void)arg;
    (void)options;
    errno = ENOSYS;
    return -1;
}

/* The name of p.
 *
 * PROC-NEW-002 a given name
 * PROC-TERM-008 after the close too
 */
const char *process_name(const struct process *p) {
    (void)p;
    errno = ENOSYS;
    return "";
}

/* The process id of p; 0 before its start.
 *
 * PROC-NEW-006 before the start
 * PROC-START-001 the pid of the child
 */
pid_t process_pid(const struct process *p) {
    (void)p;
    errno = ENOSYS;
    return -1;
}
