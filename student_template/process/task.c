/* task.c - work that a process of its own does, and its result.
 *
 * Spec: spec/process.md, area TASK. The functions below are stubs: they compile, fail with ENOSYS and earn
 * nothing.
 */
#include <errno.h>
#include <timeslice/task.h>

/* Runs work(arg, ...) in a process of its own and waits for it.
 *
 * PROC-TASK-001 its result                             PROC-TASK-003 a task that dies
 * PROC-TASK-002 of any length                          PROC-TASK-011 leaves nothing behind
 */
int task_call(task_work *work, void *arg, struct task_result *out) {
    (void)work;
    (void)arg;
    (void)out;
    errno = ENOSYS;
    return -1;
}

/* Opens an empty queue.
 *
 * PROC-TASK-005 the callback
 * PROC-TASK-011 leaves nothing behind
 */
struct task_queue *task_open(void) {
    errno = ENOSYS;
    return NULL;
}

/* Starts work(arg, ...) in a process of its own and returns at once.
 *
 * PROC-TASK-004 at once
 * PROC-TASK-005 the callback
 */
int task_submit(struct task_queue *queue, task_work *work, void *arg, task_callback *done, void *ctx) {
    (void)queue;
    (void)work;
    (void)arg;
    (void)done;
    (void)ctx;
    errno = ENOSYS;
    return -1;
}

/* Waits until a task has ended. Calls the callbacks of all tasks that have ended.
 *
 * PROC-TASK-003 a task that dies                       PROC-TASK-007 nothing pending
 * PROC-TASK-005 the callback                           PROC-TASK-008 the order
 * PROC-TASK-006 the timeout
 */
int task_dispatch(struct task_queue *queue, int timeout_ms) {
    (void)queue;
    (void)timeout_ms;
    errno = ENOSYS;
    return -1;
}

/* A descriptor that is readable when a callback is waiting.
 *
 * PROC-TASK-009 readable only then
 */
int task_fd(const struct task_queue *queue) {
    (void)queue;
    errno = ENOSYS;
    return -1;
}

/* Kills the tasks that still run and releases the queue.
 *
 * PROC-TASK-010 leaves no process
 * PROC-TASK-011 leaves nothing behind
 */
void task_close(struct task_queue *queue) {
    (void)queue;
    errno = ENOSYS;
}
