/* faulted.h - starts and tasks, while one call of the submission fails (support/faults/sweep.h).
 *
 * A run with a failure is compared with a plain run, in which nothing fails. So a mistake that has nothing to do with
 * failures is in both runs, and costs nothing here. A child of a plain fork makes the plain run first, and notes in
 * shared memory what it saw.
 *
 * If everything works, the sweep goes on. After a failure it ends. Then these functions check that nothing is left, and
 * make the call again. It must give now what the plain run got. */
#ifndef TESTS_PROCESS_FAULTED_H
#define TESTS_PROCESS_FAULTED_H

#include <stdbool.h>
#include <timeslice/process.h>
#include <timeslice/task.h>

#include "support/core/expect.h"

/* Plays the scenario in a child in which nothing fails, and then in the caller. The child must come to its end. */
typedef void scenario(void *arg);
void play_as_in_a_plain_run(scenario *play, void *arg);

/* Whether the caller makes the plain run. It asserts nothing. */
bool is_plain_run(void);

/* Whether the sweep makes calls fail with this error, such as "ENOMEM". */
bool is_sweep_of(const char *error);

/* Whether a call of the submission has failed. The sweep goes on. */
bool a_call_has_failed(void);

/* Returns works. If it is false, ends the sweep. Then errno must be that of the sweep. The plain run ends here. */
bool works_or_short(bool works, const char *call);

/* Something without which the test makes no sense, also in the plain run. */
void expect_or_end(bool holds, const char *what);

/* What a function returned. */
struct answer {
    int result, error; /* error: errno if the result is -1, otherwise 0 */
};
struct answer answer(int result);

/* Whether the answer is another one than in the plain run, because a call has failed. Then it must be the error of the
 * sweep. A signal is no excuse. */
bool fell_short(struct answer got, const char *call);

/* The answer is that of the plain run. */
void expect_plain_answer(struct answer got, const char *call);

/* Notes a number. Returns that of the plain run. */
int number_of_plain_run(int number, const char *what);

/* The call gives the same as in the plain run. If it falls short, it is made again. */
#define expect_as_plain(call, what)                                                                                    \
    do {                                                                                                               \
        errno = 0;                                                                                                     \
        struct answer got_ = answer(call);                                                                             \
        if (fell_short(got_, what)) {                                                                                  \
            errno = 0;                                                                                                 \
            got_ = answer(call);                                                                                       \
        }                                                                                                              \
        expect_plain_answer(got_, what);                                                                               \
    } while (0)

/* The exit code is that of the plain run. If a call has failed, it may also be above 0, because the child may have
 * lacked something itself. Ends the sweep. Returns whether it is that of the plain run. */
bool expect_plain_code(int code, const char *which);

/* What a scenario has left at its end. */
struct rest {
    int descriptors;      /* how many more are open */
    bool changed_signals; /* what the caller does on signals, or its mask */
};
void expect_plain_rest(struct rest rest);

/* What the plain run has left. */
struct rest rest_of_plain_run(void);

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
 * each callback is called as in the plain run. Closes the queue. */
void queue_or_short(int ending);

/* Asks a process that runs, and then one that has ended, with every function that returns an error. */
void ask_or_short(void);

#endif
