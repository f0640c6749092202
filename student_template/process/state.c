/* state.c - the five states of a process, and what the kernel says about them.
 *
 * Spec: spec/process.md, area STATE. The functions below are stubs: they compile, fail with ENOSYS and earn
 * nothing.
 */
#include <errno.h>
#include <stddef.h>
#include <timeslice/state.h>

/* The name of a state.
 *
 * PROC-STATE-001 each state has a name
 */
const char *state_name(enum state state) {
    (void)state;
    errno = ENOSYS;
    return NULL;
}

/* Whether a process can go directly from one state to the other.
 *
 * PROC-STATE-001 six moves
 * PROC-STATE-002 blocked to ready first
 */
bool state_can_move(enum state from, enum state to) {
    (void)from;
    (void)to;
    errno = ENOSYS;
    return false;
}

/* Puts the state of the live process pid in *state.
 *
 * PROC-STATE-003 blocked or runnable                   PROC-STATE-005 ended, or not there
 * PROC-STATE-004 stopped                               PROC-STATE-006 any command name
 */
int state_of(pid_t pid, enum state *state) {
    (void)pid;
    (void)state;
    errno = ENOSYS;
    return -1;
}

/* Switches fd between blocking and not blocking.
 *
 * PROC-STATE-007 what EAGAIN means                     PROC-STATE-009 leaves nothing behind
 * PROC-STATE-008 the other flags
 */
int state_set_blocking(int fd, bool blocking) {
    (void)fd;
    (void)blocking;
    errno = ENOSYS;
    return -1;
}

/* Whether fd is blocking.
 *
 * PROC-STATE-008 what is set
 */
int state_is_blocking(int fd) {
    (void)fd;
    errno = ENOSYS;
    return -1;
}
