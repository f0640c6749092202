/* task.c - a queue is a ring of tasks; the epoll set is only for those who poll the queue, a dispatch polls sentinels.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <timeslice/process.h>
#include <timeslice/task.h>
#include <unistd.h>

#include "registry.h"

struct task {
    struct process process;
    struct task *before, *after; /* in the ring */
    task_work *work;
    void *arg;
    int result; /* a file in memory */
    task_callback *done;
    void *ctx;
};

struct task_queue {
    struct task ring; /* its head, no task */
    int watched;
    unsigned pending;
};

static int do_work(struct process *self) {
    struct task *task = (struct task *)self;
    FILE *stream = fdopen(task->result, "w");
    if (stream == NULL)
        return 1;
    int code = task->work(task->arg, stream);
    bool written = fclose(stream) == 0;
    return code == 0 && !written ? 1 : code;
}

static void task_free(struct task *task) {
    int error = errno;
    if (task->process.child != NULL) {
        process_kill(&task->process);
        process_join(&task->process, -1);
        process_close(&task->process);
    }
    close(task->result);
    free(task);
    errno = error;
}

static struct task *task_new(task_work *work, void *arg) {
    static const struct process_class works = {.type_name = "Task", .run = do_work};
    const struct process_options daemon = {.daemon = PROCESS_DAEMON_YES};
    struct task *task = malloc(sizeof *task);
    if (task == NULL)
        return NULL;
    memset(task, 0, sizeof *task);
    task->work = work;
    task->arg = arg;
    task->result = memfd_create("result", MFD_CLOEXEC);
    if (task->result >= 0 && process_init(&task->process, &works, &daemon) == 0 && process_start(&task->process) == 0)
        return task;
    task_free(task);
    return NULL;
}

/* Reads to the end, in pieces that grow. */
static char *read_file(int file, size_t *length) {
    size_t room = 4096, used = 0;
    char *data = malloc(room);
    lseek(file, 0, SEEK_SET);
    while (data != NULL) {
        ssize_t n = read(file, data + used, room - used - 1);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR) {
            free(data);
            return NULL;
        }
        used += n > 0 ? (size_t)n : 0;
        char *larger = room - used < 2 ? realloc(data, room *= 2) : data;
        if (larger == NULL) {
            free(data);
            return NULL;
        }
        data = larger;
    }
    if (data != NULL)
        data[used] = '\0';
    *length = used;
    return data;
}

/* What became of a task that has ended. */
static int judge(struct task *task, struct task_result *out) {
    struct task_result result = {.exitcode = 0};
    if (process_exitcode(&task->process, &result.exitcode) != 0)
        result.exitcode = TASK_LOST;
    if (result.exitcode == 0 && (result.data = read_file(task->result, &result.len)) == NULL)
        return -1;
    *out = result;
    return 0;
}

int task_call(task_work *work, void *arg, struct task_result *out) {
    if (work == NULL) {
        errno = EINVAL;
        return -1;
    }
    struct task *task = task_new(work, arg);
    if (task == NULL)
        return -1;
    process_join(&task->process, -1);
    int result = judge(task, out);
    task_free(task);
    return result;
}

struct task_queue *task_open(void) {
    struct task_queue *queue = malloc(sizeof *queue);
    if (queue == NULL)
        return NULL;
    memset(queue, 0, sizeof *queue);
    queue->ring.before = queue->ring.after = &queue->ring;
    queue->watched = epoll_create1(EPOLL_CLOEXEC);
    if (queue->watched >= 0)
        return queue;
    free(queue);
    return NULL;
}

int task_submit(struct task_queue *queue, task_work *work, void *arg, task_callback *done, void *ctx) {
    struct epoll_event event = {.events = EPOLLIN};
    if (work == NULL || done == NULL) {
        errno = EINVAL;
        return -1;
    }
    struct task *task = task_new(work, arg);
    if (task == NULL)
        return -1;
    if (epoll_ctl(queue->watched, EPOLL_CTL_ADD, process_sentinel(&task->process), &event) != 0) {
        task_free(task);
        return -1;
    }
    task->done = done;
    task->ctx = ctx;
    task->before = queue->ring.before;
    task->after = &queue->ring;
    task->before->after = task->after->before = task;
    queue->pending++;
    return 0;
}

/* Waits for the end of a task, by all their sentinels. 0; -1 and errno. */
static int wait_for_one(struct task_queue *queue, int timeout_ms) {
    int64_t until = monotonic_ns() + timeout_ms * (int64_t)1000000;
    struct pollfd *fds = calloc(queue->pending, sizeof *fds);
    nfds_t n = 0;
    int ready;
    if (fds == NULL)
        return -1;
    for (struct task *task = queue->ring.after; task != &queue->ring; task = task->after)
        fds[n++] = (struct pollfd){.fd = process_sentinel(&task->process), .events = POLLIN};
    do {
        int64_t left = (until - monotonic_ns() + 999999) / 1000000;
        ready = poll(fds, n, timeout_ms < 0 ? -1 : left < 0 ? 0 : (int)left);
    } while (ready < 0 && errno == EINTR);
    free(fds);
    if (ready > 0)
        return 0;
    errno = ETIMEDOUT;
    return -1;
}

int task_dispatch(struct task_queue *queue, int timeout_ms) {
    int called = 0;
    if (queue->pending == 0)
        return 0;
    if (wait_for_one(queue, timeout_ms) != 0)
        return -1;
    struct task *last = queue->ring.before, *next; /* what callbacks submit comes after it */
    for (struct task *task = queue->ring.after; task != &queue->ring; task = next) {
        struct task_result result;
        next = task == last ? &queue->ring : task->after;
        if (process_is_alive(&task->process))
            continue;
        if (judge(task, &result) != 0)
            return called > 0 ? called : -1;
        epoll_ctl(queue->watched, EPOLL_CTL_DEL, process_sentinel(&task->process), NULL);
        task->before->after = task->after;
        task->after->before = task->before;
        queue->pending--;
        task->done(task->ctx, &result);
        free(result.data);
        task_free(task);
        called++;
    }
    return called;
}

int task_fd(const struct task_queue *queue) {
    return queue->watched;
}

void task_close(struct task_queue *queue) {
    if (queue == NULL)
        return;
    while (queue->ring.after != &queue->ring) {
        struct task *task = queue->ring.after;
        queue->ring.after = task->after;
        task_free(task);
    }
    close(queue->watched);
    free(queue);
}
