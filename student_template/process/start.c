/* start.c - starts the process of an object.
 *
 * Spec: spec/process.md, areas START and ISO. The function below is a stub: it compiles, fails with ENOSYS and
 * earns nothing.
 */
#include <errno.h>
#include <timeslice/process.h>

/* Starts p and does not wait for it.
 *
 * PROC-START-001 runs the target                       PROC-START-007 no descriptor is lost
 * PROC-START-002 or the subclass's run                 PROC-START-008 leaves nothing behind
 * PROC-START-003 only once                             PROC-ISO-001 a copy of the values now
 * PROC-START-004 only its maker                        PROC-ISO-002 writes stay private
 * PROC-START-005 buffers of stdio                      PROC-NEW-004 numbers in a child
 * PROC-START-006 no process can be made                PROC-DAEMON-002 not from a daemon
 * PROC-SPAWN-004 what cannot be spawned                PROC-SPAWN-006 before the guard
 * PROC-FAULT-002 too little memory                     PROC-FAULT-004 too few processes
 * PROC-FAULT-003 too few descriptors
 */
int process_start(struct process *p) {
    (void)p;
    errno = ENOSYS;
    return -1;
}
