/* children.h - helpers for most tests of the process lab: start a process, let it run until it may end, close it. */
#ifndef SUPPORT_PROCESS_CHILDREN_H
#define SUPPORT_PROCESS_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>
#include <timeslice/process.h>

#include "gates.h"

/* What hold returns. */
enum { HELD = 7 };

/* A target that waits at the gate *(unsigned *)arg and returns HELD. If arg is NULL, it waits at gate 0. */
process_target hold;

/* A target that returns *(int *)arg at once, or 0 if arg is NULL. */
process_target quit;

/* Targets that return 3, and that call exit(3). */
process_target return_3, exit_3;

/* Waits until the starter, the process that started the caller, waits for something. Returns false if the starter has
 * ended instead. */
bool await_starter(void);

/* A target that waits until its starter waits, logs "ends" and returns HELD. If its starter ends instead, it logs "is
 * left alone". */
process_target end_later;

/* A target that ignores SIGTERM, logs "ignores SIGTERM", and then does the same as hold. */
process_target hold_against_sigterm;

/* Makes p and starts it. Both calls must succeed. options may be NULL. */
void launch_as(struct process *p, process_target *target, void *arg, const struct process_options *options);
void launch(struct process *p, process_target *target, void *arg);

/* Waits until p has ended, and its sentinel, if it has one, is readable. */
void await_end(const struct process *p);

/* The next three wait for the end of p with the kernel's means. So a join that does not wait fails the tests of joins
 * and no others. They join p too, but look at no result of that: then code that learns of an end later knows it. */

/* The exit code of a child as the kernel has it, after its end. NO_CODE if the code under test has taken it. */
enum { NO_CODE = -1000 };
int code_in_kernel(pid_t pid);

/* Returns the exit code as the kernel has it. If the code under test has already taken it, returns what that says. */
int code_at_end(struct process *p);

/* Returns what process_exitcode gives, which must succeed. For tests of exit codes. */
int exitcode_after_end(struct process *p);

/* Closes p. Checks no result. Leaves no zombie. */
void put_away(struct process *p);

/* Joins p and returns its exit code. Both calls must succeed. For tests of joins. */
int join_for_code(struct process *p);

/* What a part of a program leaves behind: more open descriptors, and a child, also as a zombie. */
struct remains {
    int descriptors;
    bool child;
};

/* What one process leaves that is started, ends, and is closed. Nothing, if that is right: it has tests of its own. */
struct remains remains_of_a_life(void);

/* Whether a child of the caller still runs. Reaps zombies: they have ended. */
bool has_running_children(void);

/* How many rounds such a test makes: rounds(count), but one if each life leaves descriptors, so that they do not run
 * out.
 */
unsigned rounds_with(struct remains of_a_life, unsigned count);

/* Ends a round of a test that counts what remains. It remembers whether there was a child. It reaps zombies, because a
 * machine has room for some only. */
void end_round(void);

/* So many of them have been started since `before` descriptors were open. All of them together have left no more. */
void expect_no_more_remains(struct remains of_a_life, int before, unsigned lives);

/* Opens a gate for p, waits for its end with waitpid, as other code of a program may do, and takes its status. SIGCHLD
 * is blocked meanwhile. Returns whether it got the status. */
bool take_status(const struct process *p, unsigned gate);

#endif
