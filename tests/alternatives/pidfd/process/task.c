/* task.c - a task is an object with a file in memory; a queue is a list of them, and an epoll set of their pidfds. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <timeslice/process.h>
#include <timeslice/task.h>
#include <unistd.h>

struct task {
    struct process process;
    task_work *work;
    void *arg;
    int file;
    task_callback *done;
    void *ctx;
    struct task_result result;
    struct task *later;
};

struct task_queue {
    int ended; /* epoll */
    struct task *head, **tail;
};

static int work(struct process *p) {
    struct task *task = (struct task *)p;
    FILE *out = fdopen(fcntl(task->file, F_DUPFD_CLOEXEC, 0), "w");
    if (out == NULL)
        return 1;
    int code = task->work(task->arg, out);
    int lost = ferror(out);
    return (fclose(out) != 0 || lost) && code == 0 ? 1 : code;
}

static const struct process_class task_class = {.type_name = "Task", .run = work};

/* Gives everything of a task back that has ended or never began. */
static void dispose(struct task *task) {
    int error = errno;
    process_close(&task->process);
    close(task->file);
    free(task);
    errno = error;
}

static struct task *begin(task_work *what, void *arg) {
    const struct process_options options = {.daemon = PROCESS_DAEMON_YES};
    if (what == NULL) {
        errno = EINVAL;
        return NULL;
    }
    struct task *task = calloc(1, sizeof *task);
    if (task == NULL)
        return NULL;
    task->work = what;
    task->arg = arg;
    task->file = memfd_create("result", MFD_CLOEXEC);
    if (task->file == -1) {
        free(task);
        return NULL;
    }
    if (process_init(&task->process, &task_class, &options) == 0 && process_start(&task->process) == 0)
        return task;
    dispose(task);
    return NULL;
}

/* All bytes of the file, and a NUL. NULL and errno. */
static char *read_file(int fd, size_t *len) {
    off_t size = lseek(fd, 0, SEEK_END);
    char *bytes = size >= 0 ? malloc((size_t)size + 1) : NULL;
    *len = 0;
    while (bytes != NULL && *len < (size_t)size) {
        ssize_t got = pread(fd, bytes + *len, (size_t)size - *len, (off_t)*len);
        if (got == 0 || (got == -1 && errno != EINTR)) {
            free(bytes);
            return NULL;
        }
        *len += got > 0 ? (size_t)got : 0;
    }
    if (bytes != NULL)
        bytes[*len] = '\0';
    return bytes;
}

static int conclude(const struct task *task, struct task_result *result) {
    struct task_result found = {.exitcode = TASK_LOST};
    process_exitcode(&task->process, &found.exitcode);
    if (found.exitcode == 0 && (found.data = read_file(task->file, &found.len)) == NULL)
        return -1;
    *result = found;
    return 0;
}

int task_call(task_work *what, void *arg, struct task_result *out) {
    struct task *task = begin(what, arg);
    if (task == NULL)
        return -1;
    process_join(&task->process, -1);
    int result = conclude(task, out);
    dispose(task);
    return result;
}

struct task_queue *task_open(void) {
    struct task_queue *queue = malloc(sizeof *queue);
    if (queue == NULL)
        return NULL;
    *queue = (struct task_queue){.ended = epoll_create1(EPOLL_CLOEXEC)};
    queue->tail = &queue->head;
    if (queue->ended == -1) {
        free(queue);
        return NULL;
    }
    return queue;
}

static void put_an_end_to(struct task *task) {
    int error = errno;
    process_kill(&task->process);
    process_join(&task->process, -1);
    dispose(task);
    errno = error;
}

int task_submit(struct task_queue *queue, task_work *what, void *arg, task_callback *done, void *ctx) {
    struct epoll_event event = {.events = EPOLLIN};
    if (done == NULL) {
        errno = EINVAL;
        return -1;
    }
    struct task *task = begin(what, arg);
    if (task == NULL)
        return -1;
    if (epoll_ctl(queue->ended, EPOLL_CTL_ADD, process_sentinel(&task->process), &event) == -1) {
        put_an_end_to(task);
        return -1;
    }
    task->done = done;
    task->ctx = ctx;
    *queue->tail = task;
    queue->tail = &task->later;
    return 0;
}

static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Waits for an end in the queue. 0; -1 and errno. */
static int await(const struct task_queue *queue, int timeout_ms) {
    const long long end = now_ns() + timeout_ms * 1000000LL;
    for (int left_ms = timeout_ms;;) {
        struct epoll_event event;
        int found = epoll_wait(queue->ended, &event, 1, left_ms);
        if (found == 1)
            return 0;
        if (found == -1 && errno != EINTR)
            return -1;
        long long left = end - now_ns();
        if (timeout_ms >= 0 && left <= 0 && found == 0)
            break;
        if (timeout_ms >= 0)
            left_ms = left > 0 ? (int)((left + 999999) / 1000000) : 0;
    }
    errno = ETIMEDOUT;
    return -1;
}

/* Takes those that have ended out of the queue, with their results. They stay in their order. NULL and errno where the
 * first result cannot be read. */
static struct task *gather(struct task_queue *queue) {
    struct task *ended = NULL, **last = &ended, **link = &queue->head;
    while (*link != NULL) {
        struct task *task = *link;
        if (process_is_alive(&task->process)) {
            link = &task->later;
            continue;
        }
        if (conclude(task, &task->result) == -1)
            break;
        epoll_ctl(queue->ended, EPOLL_CTL_DEL, process_sentinel(&task->process), NULL);
        *link = task->later;
        task->later = NULL;
        *last = task;
        last = &task->later;
    }
    while (*link != NULL)
        link = &(*link)->later;
    queue->tail = link;
    return ended;
}

int task_dispatch(struct task_queue *queue, int timeout_ms) {
    if (queue->head == NULL)
        return 0;
    if (await(queue, timeout_ms) == -1)
        return -1;
    int calls = 0;
    for (struct task *task = gather(queue), *later; task != NULL; task = later) {
        later = task->later;
        task->done(task->ctx, &task->result);
        free(task->result.data);
        dispose(task);
        calls++;
    }
    return calls > 0 ? calls : -1;
}

int task_fd(const struct task_queue *queue) {
    return queue->ended;
}

void task_close(struct task_queue *queue) {
    if (queue == NULL)
        return;
    for (struct task *task = queue->head, *later; task != NULL; task = later) {
        later = task->later;
        put_an_end_to(task);
    }
    close(queue->ended);
    free(queue);
}
