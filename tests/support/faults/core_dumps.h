/* core_dumps.h - lets waitpid, waitid and wait4 report core dumps, without a core file.
 *
 * Theory of operation. If a process dumps its core, the kernel sets one more bit in its status, and waitid gives
 * CLD_DUMPED in place of CLD_KILLED. Whether a core is dumped depends on the machine. So the wrappers in waits.c change
 * what the kernel reports. */
#ifndef SUPPORT_FAULTS_CORE_DUMPS_H
#define SUPPORT_FAULTS_CORE_DUMPS_H

#include <signal.h>
#include <stdbool.h>

/* From now on, in this process, every child that a signal such as SIGABRT kills counts as one that dumped its core. */
void report_core_dumps(bool wanted);

/* For waits.c: changes a status, or a report of waitid. Both may be NULL. */
void core_dumps_in_status(int *status);
void core_dumps_in_report(siginfo_t *report);

#endif
