/* state.h - the process lab's third contract: the states of a process, the moves between them, and what the kernel
 * says.
 *
 * The textbook's five states. A process is new while it is being made; ready when it could run and waits for a
 * processor; running on one; blocked while it waits for an event, such as input; ended when it is over.
 *
 *     new -> ready <-> running -> ended
 *              ^          |
 *              +- blocked <
 *
 * Errors are reported as -1 with errno set. The clauses are in spec/process.md, area STATE.
 */
#ifndef TIMESLICE_STATE_H
#define TIMESLICE_STATE_H

#include <stdbool.h>
#include <sys/types.h>

enum state {
    STATE_NEW,
    STATE_READY,
    STATE_RUNNING,
    STATE_BLOCKED,
    STATE_ENDED,
};

/* "new", "ready", "running", "blocked" or "ended"; NULL for what is no state. */
const char *state_name(enum state state);

/* Whether a process can go from one state straight to the other. There are six such moves: new to ready (admitted),
 * ready to running (dispatched), running to ready (preempted), running to blocked (waits), blocked to ready (its event
 * came), running to ended (exits). Staying is no move, and what is no state has none. */
bool state_can_move(enum state from, enum state to);

/* Puts the state of the live process pid, as the kernel sees it, in *state: STATE_RUNNING for the caller itself, which
 * could not ask otherwise; STATE_READY for another one that is runnable (the kernel does not say whether it has a
 * processor at this instant); STATE_BLOCKED for one that sleeps, waits for a disk or is stopped; STATE_ENDED for a
 * zombie. Returns 0. Errors: EINVAL pid is not positive; ESRCH there is no such process; EMFILE.
 * Source: proc(5), /proc/PID/stat. */
int state_of(pid_t pid, enum state *state);

/* Makes reads and writes on fd wait (blocking) or fail at once with EAGAIN where they would have to (not blocking). The
 * descriptor's other flags stay as they are. Returns 0. Errors: those of fcntl(2), EBADF among them. */
int state_set_blocking(int fd, bool blocking);

/* Returns 1 where fd is blocking and 0 where it is not. Errors: those of fcntl(2). */
int state_is_blocking(int fd);

#endif
