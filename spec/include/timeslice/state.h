/* state.h - the third contract of the process lab: the states of a process, the moves between them, and what the
 * kernel says.
 *
 * These are the five states of the textbook. A process is new while it is being made. It is ready when it could run
 * and waits for a processor. It is running when it has a processor. It is blocked while it waits for an event, such as
 * input. It is ended when it is over.
 *
 *     new -> ready <-> running -> ended
 *              ^          |
 *              +- blocked <
 *
 * The functions report errors as -1 and set errno. The clauses are in spec/process.md, area STATE.
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

/* "new", "ready", "running", "blocked" or "ended"; NULL for a value that is not a state. */
const char *state_name(enum state state);

/* Whether a process can go directly from one state to the other. There are six such moves:
 *
 *     new to ready         admitted
 *     ready to running     dispatched
 *     running to ready     preempted
 *     running to blocked   it waits for an event
 *     blocked to ready     its event came
 *     running to ended     it exits
 *
 * To stay in a state is not a move. A value that is not a state has no moves. */
bool state_can_move(enum state from, enum state to);

/* Puts the state of the live process pid, as the kernel sees it, in *state:
 *
 * - STATE_RUNNING for the caller itself, because only a running process can ask;
 * - STATE_READY for another process that is runnable (the kernel does not say whether it has a processor now);
 * - STATE_BLOCKED for a process that sleeps, waits for a disk or is stopped;
 * - STATE_ENDED for a zombie.
 *
 * Returns 0.
 * Errors: EINVAL pid is not positive; ESRCH there is no such process; EMFILE.
 * Source: proc(5), /proc/PID/stat. */
int state_of(pid_t pid, enum state *state);

/* Sets whether reads and writes on fd wait. Blocking: they wait. Not blocking: they fail at once with EAGAIN if they
 * would have to wait. The descriptor's other flags stay as they are.
 * Returns 0.
 * Errors: those of fcntl(2), for example EBADF. */
int state_set_blocking(int fd, bool blocking);

/* Returns 1 if fd is blocking and 0 if it is not.
 * Errors: those of fcntl(2). */
int state_is_blocking(int fd);

#endif
