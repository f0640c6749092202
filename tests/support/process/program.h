/* program.h - processes that the code under test did not start: plain children, and programs that end by exit. */
#ifndef SUPPORT_PROCESS_PROGRAM_H
#define SUPPORT_PROCESS_PROGRAM_H

#include <sys/types.h>

/* The code of such a process. Its return value is the exit code. */
typedef int program_body(void *arg);

/* Forks a child that ends by _exit. It dies at the latest when the test ends. */
pid_t plain_start(program_body *body, void *arg);

/* Forks a child that acts as a main program. It calls exit with the value that body returns. It dies at the latest when
 * the test ends. Only the exit handlers that it registered itself run, not those of the test's process. The test must
 * not use the code under test before this call, so that in the child everything begins with body. */
pid_t program_start(program_body *body, void *arg);

/* From now on exit runs only newer handlers, in every process except the caller. Older handlers do not run there. */
void exits_end_here(void);

/* Waits for the end of a child. Returns its exit code, or -SIGNAL. */
int end_of(pid_t pid);

/* Waits for the end of all children. With adopt_orphans these are also the children that a program has left. */
void end_of_all(void);

/* When the parent of a descendant of the caller ends, the caller becomes its new parent and can wait for it. */
void adopt_orphans(void);

#endif
