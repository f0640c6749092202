/* spawn.c - executes this program again, with one target to run.
 *
 * Spec: spec/process.md, area SPAWN. The functions below are stubs: they compile, fail with ENOSYS and earn
 * nothing.
 */
#include <errno.h>
#include <timeslice/process.h>

/* Makes target known under name to every spawned child.
 *
 * PROC-SPAWN-009 what is refused
 */
int process_register(const char *name, process_target *target) {
    (void)name;
    (void)target;
    errno = ENOSYS;
    return -1;
}

/* The main guard: the child's part of a spawn. process_start calls the parent's part, and this file is a good place for
 * that part too.
 *
 * PROC-SPAWN-001 runs the target                       PROC-SPAWN-007 who the child is
 * PROC-SPAWN-002 the argument bytes                    PROC-SPAWN-008 no descriptors leak
 * PROC-SPAWN-003 initial values                        PROC-SPAWN-010 leaves nothing behind
 * PROC-SPAWN-005 an ordinary process
 */
int process_spawn_main(int argc, char **argv) {
    (void)argc;
    (void)argv;
    errno = ENOSYS;
    return -1;
}
