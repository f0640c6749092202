/* task.h - the second contract of the process lab: work that a process of its own does, and its result.
 *
 * There are two ways to submit work. The synchronous way is task_call: submit the work and wait for the result in the
 * same place. The asynchronous way is task_submit: it returns at once, you go on, and you get the result later by a
 * callback. Only task_dispatch calls the callback. Each task is a process of its own. It is a daemon, made with
 * process_start (fork). So it sees a copy of the caller's memory, cannot change the caller's memory, and cannot start
 * processes itself. It uses up one number of the default process names. A submission that fails may use one up too.
 * The name of the task's process is not fixed.
 *
 * The functions report errors as -1 (or NULL) and set errno. They print nothing and never exit. Descriptors are
 * close-on-exec. The clauses are in spec/process.md, area TASK.
 */
#ifndef TIMESLICE_TASK_H
#define TIMESLICE_TASK_H

#include <stddef.h>
#include <stdio.h>

/* The work. It runs in a process of its own and writes its result to the stream result. The result is bytes of any
 * number and value. The work need not flush the stream and must not close it. It returns its exit code. The system
 * keeps the low eight bits. 0 means that the result is good. */
typedef int task_work(void *arg, FILE *result);

/* The exitcode of a task if other code waited for its process, so that nobody knows how it ended. */
#define TASK_LOST (-1024)

/* How a task ended. If exitcode is not 0, data is NULL: a task that died has no result, whatever it had written. If
 * exitcode is 0, data is not NULL, also for an empty result. A NUL follows the bytes, and len does not count it.
 */
struct task_result {
    int exitcode; /* as for process_exitcode; TASK_LOST */
    char *data;   /* memory of malloc(3) */
    size_t len;   /* bytes at data */
};

/* This callback learns how a task ended. It runs in the process that submitted the task. result and its data are valid
 * until the callback returns. The callback may submit to the same queue. It must not dispatch or close the queue. */
typedef void task_callback(void *ctx, const struct task_result *result);

/* The tasks that were submitted and whose callbacks have not yet been called. You define it. */
struct task_queue;

/* Runs work(arg, ...) in a process of its own and waits for it. *out tells how it ended. The caller frees out->data
 * with free(3).
 * Returns 0, also if the task died.
 * Errors: EINVAL work is NULL; EPERM the caller is a daemon; ENOMEM; those of process_start and memfd_create(2) or
 * pipe(2); never EINTR. On an error *out is unchanged, and nothing is left behind. */
int task_call(task_work *work, void *arg, struct task_result *out);

/* Opens an empty queue. Only the process that opened it may use it. In another process, for example a forked child,
 * the behaviour is not fixed.
 * Returns the queue; task_close releases it.
 * Errors: ENOMEM, those of epoll_create1(2). */
struct task_queue *task_open(void);

/* Starts work(arg, ...) in a process of its own and returns at once. task_dispatch will call done(ctx, ...) exactly
 * once.
 * Returns 0.
 * Errors: EINVAL work or done is NULL; otherwise those of task_call. After an error done is never called. */
int task_submit(struct task_queue *queue, task_work *work, void *arg, task_callback *done, void *ctx);

/* Waits until at least one task of the queue has ended. Then it calls the callbacks of all tasks that have ended, in
 * the order of their submission. The argument timeout_ms is in milliseconds: 0 looks and does not wait, negative waits
 * for ever.
 * Returns how many callbacks it called; 0 at once if no task is pending.
 * Errors: ETIMEDOUT none has ended; ENOMEM none could be called; never EINTR. */
int task_dispatch(struct task_queue *queue, int timeout_ms);

/* A descriptor that poll(2) finds readable when task_dispatch has a callback to call, and only then. Every call
 * returns the same one. It belongs to the queue and is valid until task_close. */
int task_fd(const struct task_queue *queue);

/* Kills the tasks that still run, waits for them, calls no callback, and releases the queue. NULL does nothing. */
void task_close(struct task_queue *queue);

#endif
