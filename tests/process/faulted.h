/* faulted.h - starts and tasks, while one call of the submission fails (support/faults/sweep.h).
 *
 * If everything works, the sweep goes on. After a failure it ends. Then these functions check that nothing is left, and
 * make the call again. It must work now. */
#ifndef TESTS_PROCESS_FAULTED_H
#define TESTS_PROCESS_FAULTED_H

#include <stdbool.h>
#include <timeslice/process.h>
#include <timeslice/task.h>

/* Returns works. If it is false, ends the sweep. Then errno must be that of the sweep. */
bool works_or_short(bool works, const char *call);

/* A child may lack something itself. Whether this exit code is right in spite of that: the expected one, or one above 0
 * if a call has failed. Ends the sweep. */
bool is_right_code(int code, int expected);

/* Makes p and starts it. */
void start_or_short(struct process *p, process_target *target, void *arg, const struct process_options *options);

/* Starts a child, and then another one by fork or by spawn. If a start fails, it leaves nothing, and the other child is
 * as before. */
void start_beside_another(int how);

/* Calls a task. */
void call_or_short(void);

/* The same, but after the fork only calls of the child fail. */
void call_with_short_child(void);

/* Opens a queue. Submits one or two tasks that end, and one that continues to run. Dispatches those that have ended:
 * each callback is called once, with the right result. Closes the queue. */
void queue_or_short(int ending);

/* Asks a process that runs, and then one that has ended, with every function that returns an error. */
void ask_or_short(void);

#endif
