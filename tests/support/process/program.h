/* program.h - processes that the code under test has not started: plain children, and whole programs that end by exit.
 */
#ifndef SUPPORT_PROCESS_PROGRAM_H
#define SUPPORT_PROCESS_PROGRAM_H

#include <sys/types.h>

/* What such a process does; its return value is its exit code. */
typedef int program_body(void *arg);

/* Forks a child that ends by _exit, and at the latest with the test. */
pid_t plain_start(program_body *body, void *arg);

/* Forks a child that plays a main program: it calls exit with what body returns, and ends at the latest with the test.
 * Of the handlers of exit only those run that it has registered itself, not those of the test's process. The code under
 * test must not have been used before in the test: to the child, it begins with body. */
pid_t program_start(program_body *body, void *arg);

/* From now on exit, in every process but the caller, runs the handlers that are registered from now on, and no older.
 */
void exits_end_here(void);

/* Waits for the end of a child. Returns its exit code, or -SIGNAL. */
int end_of(pid_t pid);

/* Makes the caller the parent of those of its descendants whose parent ends: it can wait for them then. */
void adopt_orphans(void);

#endif
