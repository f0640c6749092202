/* exit.c - what happens to its children when a process ends: a program by exit(3), or a forked child.
 *
 * Spec: spec/process.md, areas EXIT and DAEMON. The function below is a stub: it compiles, fails with ENOSYS and
 * earns nothing. The end of a program and that of a child have no public function: write one of your own for each,
 * which process_start arranges to be called at exit, and move these anchors there.
 *
 * PROC-EXIT-004 a child's stdio                        PROC-DAEMON-004 the rest is awaited
 * PROC-EXIT-005 a child's own children                 PROC-DAEMON-005 _exit does neither
 * PROC-EXIT-006 the parent's atexit handlers           PROC-DAEMON-006 only its own children
 * PROC-EXIT-007 leaves nothing behind                  PROC-DAEMON-007 the objects may be gone
 * PROC-DAEMON-003 daemons end first
 */
#include <errno.h>
#include <timeslice/process.h>

/* Whether p is a daemon.
 *
 * PROC-DAEMON-001 who is a daemon
 */
bool process_is_daemon(const struct process *p) {
    (void)p;
    errno = ENOSYS;
    return false;
}
