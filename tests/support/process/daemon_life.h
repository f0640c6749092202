/* daemon_life.h - a process that sees when a daemon has ended. */
#ifndef SUPPORT_PROCESS_DAEMON_LIFE_H
#define SUPPORT_PROCESS_DAEMON_LIFE_H

#include <timeslice/process.h>

/* A pipe. Only the daemon keeps its writing end open. */
extern int daemon_lives[2];

/* A program or a target that starts a daemon and another process. If its argument is not NULL, their objects are
 * automatic variables, which it overwrites before it ends. Returns 6, or 1. The two end in any case: each waits until
 * its starter waits. Then it logs whether it has got SIGTERM: "told" or "not told". */
int leave_two(void *overwrites);

/* Reads what the two have logged, which have ended. Returns how many were told. */
int count_told(void);

/* A target that waits until the daemon has ended, logs "daemon gone 0", and ends. */
process_target outlive_the_daemon;

#endif
