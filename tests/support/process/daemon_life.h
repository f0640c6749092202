/* daemon_life.h - a process that sees when a daemon has ended. */
#ifndef SUPPORT_PROCESS_DAEMON_LIFE_H
#define SUPPORT_PROCESS_DAEMON_LIFE_H

#include <timeslice/process.h>

/* A pipe. Only the daemon keeps its writing end open. */
extern int daemon_lives[2];

/* A target that waits until the daemon has ended, logs "daemon gone 0", and ends. */
process_target outlive_the_daemon;

#endif
