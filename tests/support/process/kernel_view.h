/* kernel_view.h - asks the kernel about processes, without the code under test. */
#ifndef SUPPORT_PROCESS_KERNEL_VIEW_H
#define SUPPORT_PROCESS_KERNEL_VIEW_H

#include <stdbool.h>
#include <sys/types.h>

/* The letter for the state of a process: R runs, S sleeps, T stopped, Z zombie ...; '-' if there is no such process. */
char kernel_state(pid_t pid);

/* Waits until a process sleeps, is stopped or has ended, so that it neither runs nor waits for a disk. Returns its
 * state. The kernel has no event for this, so the function looks again and again. */
char await_rest(pid_t pid);

/* Waits until a process, or a thread of this process, waits: it sleeps or has ended. A process that only tells the
 * executor the result of an assertion does not count as waiting. A process may also wait in a loop
 * without sleep. So it counts as waiting when it has used a fifth of a second of processor time since the call. */
void await_waiting(pid_t pid);

/* Whether a process is a zombie or no longer exists. */
bool has_ended(pid_t pid);

/* Waits until a child of the caller has ended. Does not take its exit code; other code may do so at any time. */
void await_zombie(pid_t pid);

/* Whether pid is a child of the caller, running or a zombie. */
bool is_child(pid_t pid);

/* Whether the caller has any child, running or a zombie. */
bool has_children(void);

/* Waits until poll finds fd readable. */
void await_readable(int fd);

/* Whether poll finds fd readable now. */
bool is_readable(int fd);

#endif
