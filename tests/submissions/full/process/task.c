/* task.c - work that is done in a process of its own, and its result.
 *
 * The result travels in a file without a name: it holds as much as there is, and nobody needs to read meanwhile.
 *
 * Spec: spec/process.md, area TASK.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <timeslice/process.h>
#include <timeslice/task.h>
#include <unistd.h>

struct task {
    struct process process; /* first, so that run_task finds the rest */
    task_work *work;
    void *arg;
    int file; /* where the result stands */

    /* Of a submitted one: */
    task_callback *done;
    void *ctx;
    struct task *next;
    bool ended; /* its callback is due */
};

struct task_queue {
    struct task *first; /* in the order of submission */
    int epoll;          /* the sentinels of all of them */
};

/* What the child knows of its result. */
static struct {
    FILE *stream;
    int fd; /* the stream's own */
} result;

/* Whether all that was written to the stream is in the file. The work need not close the stream, so it may have: then
 * there is no stream to ask any more, and its descriptor is closed. */
static bool result_is_written(void) {
    if (fcntl(result.fd, F_GETFD) == -1)
        return flush_all() == 0;
    int flushed;
    do {
        flushed = fflush(result.stream);
    } while (flushed == EOF && errno == EINTR);
    return flushed == 0 && !ferror(result.stream);
}

/* PROC-TASK-003: also a work that calls exit(0) without having written its result has failed. */
static void at_end_of_task(int status, void *unused) {
    (void)unused;
    if (!result_is_written() && (status & 0xff) == 0)
        end_of_child(1);
}

static int run_task(struct process *self) {
    struct task *task = (struct task *)self;
    result.fd = fcntl(task->file, F_DUPFD_CLOEXEC, 0);
    if (result.fd == -1)
        return 1;
    result.stream = fdopen(result.fd, "w");
    if (result.stream == NULL || on_exit(at_end_of_task, NULL) != 0)
        return 1;
    return task->work(task->arg, result.stream);
}

static const struct process_class task_class = {"Task", run_task};

static int task_start(struct task *task, task_work *work, void *arg) {
    if (work == NULL) {
        errno = EINVAL;
        return -1;
    }
    task->work = work;
    task->arg = arg;
    if (process_init(&task->process, &task_class, &(struct process_options){.daemon = PROCESS_DAEMON_YES}) == -1)
        return -1;
    task->file = memfd_create("timeslice-task", MFD_CLOEXEC);
    if (task->file == -1)
        return -1;
    if (process_start(&task->process) == -1) {
        int error = errno;
        close(task->file);
        errno = error;
        return -1;
    }
    return 0;
}

/* Gives back what task_start has taken. The task runs no more. */
static void task_release(struct task *task) {
    close(task->file);
    process_close(&task->process);
}

static void task_stop(struct task *task) {
    process_kill(&task->process);
    process_join(&task->process, -1);
}

/* How the task has ended, in *out. On an error *out is as it was. */
static int task_result(const struct task *task, struct task_result *out) {
    int code;
    if (process_exitcode(&task->process, &code) == -1) {
        if (errno != EIDRM)
            return -1;
        code = TASK_LOST;
    }
    if (code != 0) {
        *out = (struct task_result){.exitcode = code};
        return 0;
    }

    struct stat status;
    if (fstat(task->file, &status) == -1)
        return -1;
    size_t size = (size_t)status.st_size;
    char *data = malloc(size + 1);
    if (data == NULL)
        return -1;
    size_t len = 0;
    while (len < size) {
        ssize_t count = pread(task->file, data + len, size - len, (off_t)len);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1) {
            int error = errno;
            free(data);
            errno = error;
            return -1;
        }
        if (count == 0)
            break;
        len += (size_t)count;
    }
    data[len] = '\0';
    *out = (struct task_result){.exitcode = 0, .data = data, .len = len};
    return 0;
}

/* Does work(arg, ...) in a process of its own and waits for it.
 *
 * PROC-TASK-001 its result                             PROC-TASK-003 a task that dies
 * PROC-TASK-002 of any length                          PROC-TASK-011 leaves nothing behind
 */
int task_call(task_work *work, void *arg, struct task_result *out) {
    struct task task = {0};
    if (task_start(&task, work, arg) == -1)
        return -1;
    process_join(&task.process, -1);
    int failed = task_result(&task, out);
    int error = errno;
    task_release(&task);
    errno = error;
    return failed;
}

/* Opens an empty queue.
 *
 * PROC-TASK-005 the callback
 * PROC-TASK-011 leaves nothing behind
 */
struct task_queue *task_open(void) {
    struct task_queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL)
        return NULL;
    queue->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (queue->epoll == -1) {
        int error = errno;
        free(queue);
        errno = error;
        return NULL;
    }
    return queue;
}

/* Starts work(arg, ...) in a process of its own and returns at once.
 *
 * PROC-TASK-004 at once
 * PROC-TASK-005 the callback
 */
int task_submit(struct task_queue *queue, task_work *work, void *arg, task_callback *done, void *ctx) {
    if (work == NULL || done == NULL) {
        errno = EINVAL;
        return -1;
    }
    struct task *task = calloc(1, sizeof *task);
    if (task == NULL)
        return -1;
    task->done = done;
    task->ctx = ctx;
    if (task_start(task, work, arg) == -1) {
        int error = errno;
        free(task);
        errno = error;
        return -1;
    }

    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(queue->epoll, EPOLL_CTL_ADD, process_sentinel(&task->process), &event) == -1) {
        int error = errno;
        task_stop(task);
        task_release(task);
        free(task);
        errno = error;
        return -1;
    }
    struct task **link = &queue->first;
    while (*link != NULL)
        link = &(*link)->next;
    *link = task;
    return 0;
}

/* Marks the tasks that have ended. Returns whether there are any. */
static bool mark_ended(struct task_queue *queue) {
    bool any = false;
    for (struct task *task = queue->first; task != NULL; task = task->next) {
        task->ended = !process_is_alive(&task->process);
        any |= task->ended;
    }
    return any;
}

/* Waits until a task has ended and calls the callbacks of all that have.
 *
 * PROC-TASK-003 a task that dies                       PROC-TASK-007 nothing pending
 * PROC-TASK-005 the callback                           PROC-TASK-008 the order
 * PROC-TASK-006 the timeout
 */
int task_dispatch(struct task_queue *queue, int timeout_ms) {
    if (queue->first == NULL)
        return 0;
    struct deadline deadline = deadline_after(timeout_ms);
    while (!mark_ended(queue)) {
        if (deadline_passed(&deadline)) {
            errno = ETIMEDOUT;
            return -1;
        }
        wait_readable(queue->epoll, &deadline);
    }

    /* What a callback submits is not marked, and behind all that are. */
    int called = 0;
    for (struct task **link = &queue->first; *link != NULL;) {
        struct task *task = *link;
        if (!task->ended) {
            link = &task->next;
            continue;
        }
        struct task_result how;
        if (task_result(task, &how) == -1)
            return called > 0 ? called : -1; /* it is still there for the next dispatch */
        *link = task->next;
        epoll_ctl(queue->epoll, EPOLL_CTL_DEL, process_sentinel(&task->process), NULL);
        task_callback *done = task->done;
        void *ctx = task->ctx;
        task_release(task);
        free(task);

        done(ctx, &how);
        free(how.data);
        called++;
    }
    return called;
}

/* A descriptor that is readable when a callback is waiting.
 *
 * PROC-TASK-009 and only then
 */
int task_fd(const struct task_queue *queue) {
    return queue->epoll;
}

/* Kills the tasks that still run and releases the queue.
 *
 * PROC-TASK-010 leaves no process
 * PROC-TASK-011 leaves nothing behind
 */
void task_close(struct task_queue *queue) {
    if (queue == NULL)
        return;
    for (struct task *task = queue->first; task != NULL; task = task->next)
        process_kill(&task->process);
    while (queue->first != NULL) {
        struct task *task = queue->first;
        queue->first = task->next;
        process_join(&task->process, -1);
        task_release(task);
        free(task);
    }
    close(queue->epoll);
    free(queue);
}
