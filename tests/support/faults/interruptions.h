/* interruptions.h - real signals at short intervals.
 *
 * A test never counts the signals. On a busy machine none may come during a wait of a few milliseconds. If something
 * has to happen after a signal, the test waits for the signal (interruptions_fd), or uses interruptions_then. */
#ifndef SUPPORT_FAULTS_INTERRUPTIONS_H
#define SUPPORT_FAULTS_INTERRUPTIONS_H

#include <sys/types.h>

/* Sends SIGALRM to one thread of this process at this interval, from now until interruptions_stop. The handler does not
 * restart system calls. */
void interruptions_start(pid_t thread, unsigned every_ms);

/* The same with a handler that asks for SA_RESTART. The kernel restarts some calls then, but no wait. */
void interruptions_start_restarting(pid_t thread, unsigned every_ms);

/* A descriptor with one byte to read for each interruption. An interruption is a signal that ended a waiting system
 * call of the thread. If the thread makes no such call, every twentieth signal counts as one. If it sleeps with the
 * signal blocked, every twentieth interval counts as one. */
int interruptions_fd(void);

/* Waits for this many interruptions. The interrupted thread itself must not call it. */
void interruptions_await(unsigned count);

/* An action after some interruptions. It runs in its own thread and must not assert. */
typedef void interruptions_action(void *ctx);

/* Runs the action once, after this many interruptions from now on. Its ctx is static or on the heap. */
void interruptions_then(unsigned count, interruptions_action *action, void *ctx);

/* Ends the signals. Waits for the action of interruptions_then. */
void interruptions_stop(void);

#endif
