/* task.c - tasks write to temporary files; a queue is an array of them and an epoll set of their sentinels. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <timeslice/process.h>
#include <timeslice/task.h>
#include <unistd.h>

struct task {
    struct process process;
    task_work *work;
    void *arg;
    FILE *file;
    task_callback *done;
    void *ctx;
    struct task_result result;
};

struct task_queue {
    int ready;
    size_t count, room;
    struct task **tasks;
};

static int run(struct process *p) {
    struct task *task = (struct task *)p;
    int code = task->work(task->arg, task->file);
    return fflush(task->file) != 0 && code == 0 ? 1 : code;
}

static const struct process_class class = {"Task", run};

static void scrap(struct task *task) {
    int error = errno;
    process_close(&task->process);
    fclose(task->file);
    free(task);
    errno = error;
}

static struct task *begin(task_work *work, void *arg) {
    struct process_options options = {.daemon = PROCESS_DAEMON_YES};
    struct task *task = calloc(1, sizeof *task);
    if (task == NULL)
        return NULL;
    task->work = work;
    task->arg = arg;
    task->file = tmpfile();
    if (task->file == NULL) {
        free(task);
        return NULL;
    }
    fcntl(fileno(task->file), F_SETFD, FD_CLOEXEC);
    if (process_init(&task->process, &class, &options) == 0 && process_start(&task->process) == 0)
        return task;
    scrap(task);
    return NULL;
}

/* The result of a task that has ended. 0; -1 and errno. */
static int finish(struct task *task, struct task_result *out) {
    struct task_result result = {.exitcode = TASK_LOST};
    process_exitcode(&task->process, &result.exitcode);
    if (result.exitcode == 0) {
        off_t size = lseek(fileno(task->file), 0, SEEK_END);
        result.data = size < 0 ? NULL : malloc((size_t)size + 1);
        if (result.data == NULL)
            return -1;
        rewind(task->file);
        result.len = fread(result.data, 1, (size_t)size, task->file);
        result.data[result.len] = '\0';
    }
    *out = result;
    return 0;
}

int task_call(task_work *work, void *arg, struct task_result *out) {
    errno = EINVAL;
    struct task *task = work != NULL ? begin(work, arg) : NULL;
    if (task == NULL)
        return -1;
    process_join(&task->process, -1);
    int result = finish(task, out);
    scrap(task);
    return result;
}

struct task_queue *task_open(void) {
    struct task_queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL || (queue->ready = epoll_create1(EPOLL_CLOEXEC)) < 0) {
        free(queue);
        return NULL;
    }
    return queue;
}

static void stop(struct task *task) {
    int error = errno;
    process_kill(&task->process);
    process_join(&task->process, -1);
    scrap(task);
    errno = error;
}

/* Makes room for one more. */
static int make_room(struct task_queue *queue) {
    if (queue->count < queue->room)
        return 0;
    size_t room = 2 * queue->room + 4;
    struct task **tasks = realloc(queue->tasks, room * sizeof(struct task *));
    if (tasks == NULL)
        return -1;
    queue->tasks = tasks;
    queue->room = room;
    return 0;
}

int task_submit(struct task_queue *queue, task_work *work, void *arg, task_callback *done, void *ctx) {
    struct epoll_event event = {.events = EPOLLIN};
    if (work == NULL || done == NULL) {
        errno = EINVAL;
        return -1;
    }
    struct task *task = make_room(queue) == 0 ? begin(work, arg) : NULL;
    if (task == NULL)
        return -1;
    task->done = done;
    task->ctx = ctx;
    if (epoll_ctl(queue->ready, EPOLL_CTL_ADD, process_sentinel(&task->process), &event) < 0) {
        stop(task);
        return -1;
    }
    queue->tasks[queue->count++] = task;
    return 0;
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Whether a task has ended in time. */
static int await_one(const struct task_queue *queue, int timeout_ms) {
    struct pollfd watched = {.fd = queue->ready, .events = POLLIN};
    long long end = now_ms() + timeout_ms + 1;
    int left = timeout_ms, ready;
    while ((ready = poll(&watched, 1, left)) < 0 && errno == EINTR)
        if (timeout_ms > 0 && (left = (int)(end - now_ms())) < 0)
            left = 0;
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0 ? 0 : -1;
}

int task_dispatch(struct task_queue *queue, int timeout_ms) {
    if (queue->count == 0)
        return 0;
    if (await_one(queue, timeout_ms) < 0)
        return -1;
    size_t pending = queue->count, kept = 0;
    struct task **ended = calloc(pending, sizeof(struct task *));
    int calls = 0, error = 0;
    if (ended == NULL)
        return -1;
    for (size_t i = 0; i < pending; i++) {
        struct task *task = queue->tasks[i];
        if (error != 0 || process_is_alive(&task->process)) {
            queue->tasks[kept++] = task;
        } else if (finish(task, &task->result) < 0) { /* it and all after it wait for the next dispatch */
            error = errno;
            queue->tasks[kept++] = task;
        } else {
            epoll_ctl(queue->ready, EPOLL_CTL_DEL, process_sentinel(&task->process), NULL);
            ended[calls++] = task;
        }
    }
    queue->count = kept;
    for (int i = 0; i < calls; i++) {
        ended[i]->done(ended[i]->ctx, &ended[i]->result);
        free(ended[i]->result.data);
        scrap(ended[i]);
    }
    free(ended);
    errno = error;
    return calls > 0 ? calls : -1;
}

int task_fd(const struct task_queue *queue) {
    return queue->ready;
}

void task_close(struct task_queue *queue) {
    if (queue == NULL)
        return;
    for (size_t i = 0; i < queue->count; i++)
        stop(queue->tasks[i]);
    close(queue->ready);
    free(queue->tasks);
    free(queue);
}
