/* task.h - the process lab's second contract: work that is handed to a process of its own, and its result.
 *
 * There are two ways to submit work. Synchronous, task_call: submit it and wait in place for the result. Asynchronous,
 * task_submit: return at once, go on, and get the result later by a callback, called from task_dispatch and from
 * nowhere else. Each task is a process of its own, a daemon made with process_start (fork), so it sees a copy of the
 * caller's memory, can change none of it, and may start no processes itself. It spends a number of process names, and a
 * submission that fails may do so too; its own name is not fixed.
 *
 * Errors are reported as -1 (or NULL) with errno set. Nothing prints, nothing exits. Descriptors are close-on-exec.
 * The clauses are in spec/process.md, area TASK.
 */
#ifndef TIMESLICE_TASK_H
#define TIMESLICE_TASK_H

#include <stddef.h>
#include <stdio.h>

/* The work. Runs in a process of its own and writes its result, bytes of any number and value, to result, which it need
 * not flush and may not close. Returns its exit code, of which the system keeps the low eight bits; 0 means that the
 * result is good. */
typedef int task_work(void *arg, FILE *result);

/* exitcode of a task whose process somebody else waited for, so that nobody knows how it ended. */
#define TASK_LOST (-1024)

/* How a task ended. data is NULL where exitcode is not 0: a task that died has no result, whatever it had written.
 * Where exitcode is 0, data is not NULL even for an empty result, and a NUL that len does not count follows the bytes.
 */
struct task_result {
    int exitcode; /* as for process_exitcode; TASK_LOST */
    char *data;   /* memory of malloc(3) */
    size_t len;   /* bytes at data */
};

/* Told how a task ended, in the process that submitted it. result and its data are good until the callback returns. The
 * callback may submit to the same queue; it may not dispatch or close it. */
typedef void task_callback(void *ctx, const struct task_result *result);

/* The tasks that were submitted and whose callbacks have not yet been called. You define it. */
struct task_queue;

/* Does work(arg, ...) in a process of its own and waits for it. *out says how it ended; out->data is the caller's to
 * free(3). Returns 0, also where the task died. Errors: EINVAL work is NULL; EPERM the caller is a daemon; ENOMEM;
 * those of process_start and memfd_create(2) or pipe(2); never EINTR. On an error *out is unchanged and nothing is
 * left. */
int task_call(task_work *work, void *arg, struct task_result *out);

/* Opens an empty queue. Only the process that opened it may use it: elsewhere, as in a forked child, nothing is fixed.
 * Returns it; task_close releases it. Errors: ENOMEM, those of epoll_create1(2). */
struct task_queue *task_open(void);

/* Starts work(arg, ...) in a process of its own and returns at once. done(ctx, ...) will be called by task_dispatch,
 * exactly once. Returns 0. Errors: EINVAL work or done is NULL; otherwise those of task_call. On an error done is never
 * called. */
int task_submit(struct task_queue *queue, task_work *work, void *arg, task_callback *done, void *ctx);

/* Waits until at least one task of the queue has ended and calls the callbacks of all that have, in the order in which
 * they were submitted. timeout_ms: how long to wait, in milliseconds; 0 looks and does not wait, negative waits for
 * ever. Returns how many callbacks it called; 0 at once where no task is pending. Errors: ETIMEDOUT none has ended;
 * ENOMEM none could be called; never EINTR. */
int task_dispatch(struct task_queue *queue, int timeout_ms);

/* A descriptor that poll(2) finds readable when task_dispatch has a callback to call, and only then. The same in every
 * call, the queue's own, good until task_close. */
int task_fd(const struct task_queue *queue);

/* Kills the tasks that still run, waits for them, calls no callback, and releases the queue. NULL does nothing. */
void task_close(struct task_queue *queue);

#endif
