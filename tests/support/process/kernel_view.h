/* kernel_view.h - what the kernel says of processes, asked without the code under test. */
#ifndef SUPPORT_PROCESS_KERNEL_VIEW_H
#define SUPPORT_PROCESS_KERNEL_VIEW_H

#include <stdbool.h>
#include <sys/types.h>

/* The letter that stands for the state of a process: R runs, S sleeps, T stopped, Z zombie ...; '-' where there is no
 * such process. */
char kernel_state(pid_t pid);

/* Waits until a process neither runs nor waits for a disk or a page: it has fallen asleep, or ended. Returns its state.
 * There is no event for it. */
char await_rest(pid_t pid);

/* Waits until a process, or a thread of this one, has fallen asleep or ended, or has used a fifth of a second of
 * processor time since the call: whatever its way of waiting is, it waits by then. There is no event for it. */
void await_waiting(pid_t pid);

/* Whether a process is a zombie or there is none. */
bool has_ended(pid_t pid);

/* Waits until a child of the caller has ended, and leaves it to be waited for, unless somebody else does at once. */
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
