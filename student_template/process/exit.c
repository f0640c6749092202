/* exit.c - what happens to its children when a process ends: a program by exit(3), or a forked child.
 *
 * Spec: spec/process.md, areas EXIT and DAEMON. The function below is a stub: it compiles, fails with ENOSYS and
 * earns nothing.
 */
#include <errno.h>
#include <timeslice/process.h>

/* Whether p is a daemon. What else belongs here, the end of a program and of a child, has no public function: see
 * spec/process.md, "How a process ends".
 *
 * PROC-EXIT-004 a child's stdio                        PROC-DAEMON-003 daemons end first
 * PROC-EXIT-005 a child's own children                 PROC-DAEMON-004 the rest is awaited
 * PROC-EXIT-006 the parent's atexit handlers           PROC-DAEMON-005 _exit does neither
 * PROC-EXIT-007 leaves nothing behind                  PROC-DAEMON-006 only its own children
 * PROC-DAEMON-001 who is a daemon                      PROC-DAEMON-007 the objects may be gone
 */
bool process_is_daemon(const struct process *p) {
    (void)p;
    errno = ENOSYS;
    return false;
}
