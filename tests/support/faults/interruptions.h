/* interruptions.h - real signals at short intervals, whose handler does not restart system calls.
 *
 * A test never asks how many signals there were: on a busy machine there may be none before a wait of a few
 * milliseconds is over. What has to happen after a signal waits for it (interruptions_fd), or is done by
 * interruptions_then. */
#ifndef SUPPORT_FAULTS_INTERRUPTIONS_H
#define SUPPORT_FAULTS_INTERRUPTIONS_H

#include <sys/types.h>

/* Sends SIGALRM to one thread of this process every so many milliseconds, from now until interruptions_stop. */
void interruptions_start(pid_t thread, unsigned every_ms);

/* A descriptor from which one byte can be read for each interruption: a signal that ended a system call of the thread,
 * which had to wait. Of a thread that makes no such call, every twentieth signal counts as one; of one that sleeps with
 * the signal blocked, every twentieth interval. */
int interruptions_fd(void);

/* Waits, in another thread than the one that is interrupted, for so many interruptions. */
void interruptions_await(unsigned count);

/* What is done after interruptions, in a thread of its own. It must not assert. */
typedef void interruptions_action(void *ctx);

/* Has it done once, after so many interruptions from now on. ctx is static or on the heap. */
void interruptions_then(unsigned count, interruptions_action *action, void *ctx);

/* Ends the signals. Waits for the action of interruptions_then. */
void interruptions_stop(void);

#endif
