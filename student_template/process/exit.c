/* exit.c - how a process ends, and what then happens to its children: a program that exits, or a forked child.
 *
 * Spec: spec/process.md, areas EXIT and DAEMON. The function below is a stub: it compiles, fails with ENOSYS and
 * earns nothing. No public function handles the end of a program or the end of a child. Write a function of your own
 * for each of them, and let process_start register it so that it runs at exit. Move the ids below to these functions.
 *
 * PROC-EXIT-004 a child's stdio                        PROC-DAEMON-004 then waits for the others
 * PROC-EXIT-005 a child's own children                 PROC-DAEMON-005 _exit does neither
 * PROC-EXIT-006 the parent's atexit handlers           PROC-DAEMON-006 only its own children
 * PROC-EXIT-007 leaves nothing behind                  PROC-DAEMON-007 the objects may be gone
 * PROC-DAEMON-003 daemons end first
 */
#include <errno.h>
#include <timeslice/process.h>

/* Whether p is a daemon.
 *
 * PROC-DAEMON-001 which process is a daemon
 */
bool process_is_daemon(const struct process *p) {
    (void)p;
    errno = ENOSYS;
    return false;
}
