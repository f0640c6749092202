/* children.h - processes as most tests of the process lab need them: started, run until they are told to end, put away.
 */
#ifndef SUPPORT_PROCESS_CHILDREN_H
#define SUPPORT_PROCESS_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>
#include <timeslice/process.h>

#include "gates.h"

/* What hold returns. */
enum { HELD = 7 };

/* A target that waits at the gate *(unsigned *)arg, or at gate 0 where arg is NULL, and returns HELD. */
process_target hold;

/* A target that returns *(int *)arg, or 0 where arg is NULL, at once. */
process_target quit;

/* Waits until the process that started the caller waits for something; false where that process has ended by then. */
bool await_starter(void);

/* A target that waits until its starter waits, tells "ends" and returns HELD. Where its starter ends instead, it tells
 * "is left alone". */
process_target end_later;

/* A target that ignores SIGTERM, tells "ignores SIGTERM", and holds. */
process_target hold_against_sigterm;

/* Makes p and starts it; both must succeed. options may be NULL. */
void launch_as(struct process *p, process_target *target, void *arg, const struct process_options *options);
void launch(struct process *p, process_target *target, void *arg);

/* Waits until the sentinel of p is readable. */
void await_end(const struct process *p);

/* Joins p, which must succeed, and returns its exit code, or -1000 where there is none. */
int join_for_code(struct process *p);

/* Joins and closes. Asks for nothing. */
void put_away(struct process *p);

#endif
