/* lab.c - the whole lab in one file. poll on a pidfd waits for an end, waitpid learns the exit code, posix_spawn starts
 * the program again, and a letter in a memfd tells it who it is.
 *
 * What the library knows about the process that it runs in is in `here`. A child begins with a new one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <timeslice/process.h>
#include <timeslice/state.h>
#include <timeslice/task.h>
#include <unistd.h>

extern char **environ;

/* ------------------------------------------------------------------------------------------------ what we know */

struct process_child {
    LIST_ENTRY(process_child) link;
    struct process *object; /* to give out, never to look into: it may be gone */
    pid_t pid;
    int pidfd;
    bool is_daemon, has_ended, is_lost;
    int code; /* if it has ended and is not lost */
};

static struct {
    pid_t pid;            /* the process that all this is about */
    pid_t exit_pid;       /* the process that has registered farewell() */
    struct process *self; /* NULL in the main process */
    bool is_forked;       /* by process_start */
    bool is_daemon, guard_is_past;
    unsigned made;
    char identity[PROCESS_NAME_MAX + 1];
    struct process main, parent, spawned;
    FILE *result; /* of the task that we are */
    LIST_HEAD(, process_child) children;
} here = {.main = {.name = PROCESS_MAIN_NAME}};

static struct {
    const char *name;
    process_target *target;
} targets[PROCESS_TARGETS_MAX];
static int target_count;

static int fail(int error) {
    errno = error;
    return -1;
}

static void forget_children(bool and_close) {
    while (!LIST_EMPTY(&here.children)) {
        struct process_child *c = LIST_FIRST(&here.children);
        LIST_REMOVE(c, link);
        if (and_close)
            close(c->pidfd);
        free(c);
    }
}

/* After a plain fork the children are those of another process. */
static pid_t me(void) {
    pid_t pid = getpid();
    if (here.pid != pid) {
        if (here.pid != 0)
            forget_children(false);
        here.pid = pid;
    }
    return pid;
}

static bool is_self(const struct process *p) {
    return p == (here.self != NULL ? here.self : &here.main) && p->maker != me();
}

/* The errors that all functions have in common, in their order. */
static int refusal(const struct process *p) {
    if (p->closed)
        return EINVAL;
    if (p->maker != me())
        return ECHILD;
    return p->child == NULL ? ESRCH : 0;
}

/* ------------------------------------------------------------------------------------------------ the end of a child
 */

static void note_end(struct process_child *c, pid_t waited, int status) {
    if (waited == 0)
        return;
    c->has_ended = true;
    if (waited == -1)
        c->is_lost = true;
    else
        c->code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Whether it has ended. With WNOHANG it does not wait. */
static bool has_ended(struct process_child *c, int flags) {
    int status = 0;
    pid_t waited = 0;
    if (c->has_ended)
        return true;
    do
        waited = waitpid(c->pid, &status, flags);
    while (waited == -1 && errno == EINTR);
    note_end(c, waited, status);
    return c->has_ended;
}

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Waits until fd is readable. 0, or -1 with ETIMEDOUT. */
static int wait_readable(int fd, int timeout_ms) {
    const int64_t deadline = now_us() + 1 + (int64_t)timeout_ms * 1000;
    for (;;) {
        int64_t rest = timeout_ms < 0 ? -1 : (deadline - now_us() + 999) / 1000;
        struct pollfd watched = {.fd = fd, .events = POLLIN};
        rest = rest > INT_MAX ? INT_MAX : rest;
        int ready = poll(&watched, 1, timeout_ms < 0 ? -1 : rest > 0 ? (int)rest : 0);
        if (ready > 0)
            return 0;
        if (ready == 0 && now_us() >= deadline)
            return fail(ETIMEDOUT);
        if (ready == -1 && errno != EINTR)
            return -1;
    }
}

static int signal_child(struct process_child *c, int number) {
    if (has_ended(c, WNOHANG) || kill(c->pid, number) == 0 || errno == ESRCH)
        return 0;
    return -1;
}

static void see_children_off(void) {
    struct process_child *c;
    LIST_FOREACH(c, &here.children, link)
    if (c->is_daemon)
        signal_child(c, SIGTERM);
    LIST_FOREACH(c, &here.children, link)
    has_ended(c, 0);
}

int process_join(struct process *p, int timeout_ms) {
    int error = refusal(p);
    if (error != 0)
        return fail(error == ECHILD && is_self(p) ? EDEADLK : error);
    struct process_child *c = p->child;
    if (timeout_ms < 0)
        has_ended(c, 0);
    else if (!has_ended(c, WNOHANG) && (wait_readable(c->pidfd, timeout_ms) == -1 || !has_ended(c, WNOHANG)))
        return -1;
    return c->is_lost ? fail(EIDRM) : 0;
}

bool process_is_alive(struct process *p) {
    int error = refusal(p);
    if (error == 0)
        return !has_ended(p->child, WNOHANG);
    if (error == ECHILD && is_self(p))
        return true;
    if (error == ECHILD && p == &here.parent)
        return getppid() == p->pid;
    errno = error;
    return false;
}

int process_exitcode(const struct process *p, int *code) {
    int error = refusal(p);
    if (error != 0)
        return fail(error == ESRCH ? EAGAIN : error);
    if (!has_ended(p->child, WNOHANG))
        return fail(EAGAIN);
    if (p->child->is_lost)
        return fail(EIDRM);
    *code = p->child->code;
    return 0;
}

int process_sentinel(const struct process *p) {
    int error = refusal(p);
    return error == 0 ? p->child->pidfd : fail(error);
}

int process_terminate(struct process *p) {
    int error = refusal(p);
    return error == 0 ? signal_child(p->child, SIGTERM) : fail(error);
}

int process_kill(struct process *p) {
    int error = refusal(p);
    return error == 0 ? signal_child(p->child, SIGKILL) : fail(error);
}

int process_close(struct process *p) {
    if (p->closed)
        return 0;
    int error = refusal(p);
    if (error == ECHILD)
        return fail(ECHILD);
    if (error == 0) {
        if (!has_ended(p->child, WNOHANG))
            return fail(EBUSY);
        LIST_REMOVE(p->child, link);
        close(p->child->pidfd);
        free(p->child);
        p->child = NULL;
    }
    p->closed = true;
    return 0;
}

/* ------------------------------------------------------------------------------------------------ objects */

static int call_target(struct process *self) {
    return self->target(self->arg);
}

static const struct process_class target_class = {"Process", call_target};

/* Fills in a name. Returns false if it is too long. */
__attribute__((format(printf, 2, 3))) static bool print_name(char *name, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int length = vsnprintf(name, PROCESS_NAME_MAX + 1, format, list);
    va_end(list);
    return length >= 0 && length <= PROCESS_NAME_MAX;
}

static int make(struct process *p, struct process object, const struct process_options *options) {
    static const struct process_options defaults;
    const struct process_options *o = options != NULL ? options : &defaults;
    if (object.cls == NULL || object.cls->type_name == NULL || object.cls->run == NULL)
        return fail(EINVAL);
    if ((unsigned)o->daemon > PROCESS_DAEMON_YES || (unsigned)o->method > PROCESS_SPAWN)
        return fail(EINVAL);
    object.maker = me();
    object.method = o->method;
    object.arg_size = o->arg_size;
    object.daemon = o->daemon == PROCESS_DAEMON_INHERIT ? here.is_daemon : o->daemon == PROCESS_DAEMON_YES;
    const char *given = o->name != NULL && o->name[0] != '\0' ? o->name : NULL;
    const char *colon = here.identity[0] != '\0' ? ":" : "";
    if (!print_name(object.identity, "%s%s%u", here.identity, colon, here.made + 1))
        return fail(ENAMETOOLONG);
    if (!(given != NULL ? print_name(object.name, "%s", given)
                        : print_name(object.name, "%s-%s", object.cls->type_name, object.identity)))
        return fail(ENAMETOOLONG);
    here.made++;
    *p = object;
    return 0;
}

int process_init(struct process *p, const struct process_class *cls, const struct process_options *options) {
    return make(p, (struct process){.cls = cls}, options);
}

int process_init_target(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    struct process object = {.cls = target != NULL ? &target_class : NULL, .target = target, .arg = arg};
    return make(p, object, options);
}

const char *process_name(const struct process *p) {
    return p->name;
}

pid_t process_pid(const struct process *p) {
    if (p->closed)
        return fail(EINVAL);
    return p == &here.main ? getpid() : p->pid;
}

bool process_is_daemon(const struct process *p) {
    if (p->closed)
        errno = EINVAL;
    return !p->closed && p->daemon;
}

struct process *process_current(void) {
    return here.self != NULL ? here.self : &here.main;
}

struct process *process_parent(void) {
    return here.self != NULL ? &here.parent : NULL;
}

size_t process_active_children(struct process **out, size_t cap) {
    size_t count = 0;
    struct process_child *c;
    me();
    LIST_FOREACH(c, &here.children, link)
    if (!has_ended(c, WNOHANG)) {
        if (count < cap)
            out[count] = c->object;
        count++;
    }
    return count;
}

/* ------------------------------------------------------------------------------------------------ starting */

/* Runs when the process exits, before all handlers that a forked child has inherited. */
static void farewell(int status, void *unused) {
    (void)unused;
    if (here.exit_pid != getpid())
        return;
    see_children_off();
    if (!here.is_forked)
        return;
    if (here.result != NULL && (fflush(here.result) != 0 || ferror(here.result)) && (status & 255) == 0)
        status = 1;
    fflush(NULL);
    _exit(status);
}

static int plan_farewell(void) {
    if (here.exit_pid == me())
        return 0;
    if (on_exit(farewell, NULL) != 0)
        return fail(ENOMEM);
    here.exit_pid = here.pid;
    return 0;
}

static void become(struct process *self, const char *identity, const char *parent_name, pid_t parent_pid) {
    here.self = self;
    here.is_daemon = self->daemon;
    here.made = 0;
    memmove(here.identity, identity, strlen(identity) + 1);
    here.parent = (struct process){.pid = parent_pid};
    print_name(here.parent.name, "%s", parent_name);
}

static _Noreturn void live(struct process *p) {
    char starter[PROCESS_NAME_MAX + 1];
    print_name(starter, "%s", process_current()->name);
    forget_children(true);
    here.pid = p->pid = getpid();
    here.is_forked = true;
    become(p, p->identity, starter, p->maker);
    if (plan_farewell() == -1)
        _exit(1);
    exit(p->cls->run(p));
}

static const char *name_of_target(process_target *target) {
    for (int i = 0; i < target_count; i++)
        if (targets[i].target == target)
            return targets[i].name;
    return NULL;
}

/* EDEADLK in a spawned child whose main has not come to process_spawn_main; why nobody can say that; or 0. */
static int objection_of_guard(void) {
    char line[2 * PATH_MAX];
    if (here.guard_is_past)
        return 0;
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return errno;
    ssize_t length = read(fd, line, sizeof line - 1);
    close(fd);
    line[length > 0 ? length : 0] = '\0';
    ssize_t first = (ssize_t)strlen(line) + 1; /* where argv[1] begins */
    here.guard_is_past = first >= length || strcmp(line + first, PROCESS_SPAWN_FLAG) != 0;
    return here.guard_is_past ? 0 : EDEADLK;
}

static int objection(const struct process *p) {
    if (p->closed)
        return EINVAL;
    if (p->maker != me())
        return ECHILD;
    if (p->child != NULL)
        return EALREADY;
    if (here.is_daemon)
        return EPERM;
    int guard = objection_of_guard();
    if (guard != 0)
        return guard;
    if (p->method == PROCESS_SPAWN && (p->target == NULL || name_of_target(p->target) == NULL))
        return EINVAL;
    return p->method == PROCESS_SPAWN && p->arg_size > PROCESS_ARG_MAX ? E2BIG : 0;
}

static pid_t spawn(const struct process *p);

/* Something that is readable when the child has ended. */
static int open_sentinel(pid_t pid) {
    int fd = pidfd_open(pid, 0);
    if (fd == -1 && errno == ESRCH) /* it is gone already, because SIGCHLD is ignored */
        fd = eventfd(1, EFD_CLOEXEC);
    return fd;
}

static void append(struct process_child *c) {
    struct process_child *last = LIST_FIRST(&here.children);
    while (last != NULL && LIST_NEXT(last, link) != NULL)
        last = LIST_NEXT(last, link);
    if (last == NULL)
        LIST_INSERT_HEAD(&here.children, c, link);
    else
        LIST_INSERT_AFTER(last, c, link);
}

int process_start(struct process *p) {
    int error = objection(p);
    if (error != 0)
        return fail(error);
    struct process_child *c = malloc(sizeof *c);
    if (c == NULL || plan_farewell() == -1) {
        free(c);
        return fail(ENOMEM);
    }
    *c = (struct process_child){.object = p, .is_daemon = p->daemon};
    fflush(NULL);
    c->pid = p->method == PROCESS_SPAWN ? spawn(p) : fork();
    if (c->pid == 0) {
        free(c);
        live(p);
    }
    c->pidfd = c->pid != -1 ? open_sentinel(c->pid) : -1;
    if (c->pidfd == -1) {
        error = errno;
        if (c->pid != -1) {
            kill(c->pid, SIGKILL);
            has_ended(c, 0);
        }
        free(c);
        return fail(error);
    }
    append(c);
    p->pid = c->pid;
    p->child = c;
    return 0;
}

/* ------------------------------------------------------------------------------------------------ spawning */

/* What a spawned child must know. The bytes of its argument follow. */
struct letter {
    char seal[8];
    char name[PROCESS_NAME_MAX + 1], identity[PROCESS_NAME_MAX + 1];
    char parent[PROCESS_NAME_MAX + 1], target[PROCESS_NAME_MAX + 1];
    pid_t parent_pid;
    bool is_daemon;
    size_t size;
};

enum { LETTER_FD = 3 };

static const char seal[8] = "letter.";

static bool write_all(int fd, const void *data, size_t len) {
    const char *next = data;
    while (len > 0) {
        ssize_t written = write(fd, next, len);
        if (written == -1 && errno != EINTR)
            return false;
        if (written > 0) {
            next += written;
            len -= (size_t)written;
        }
    }
    return true;
}

static bool read_at(int fd, void *data, size_t len, off_t where) {
    for (char *next = data; len > 0;) {
        ssize_t got = pread(fd, next, len, where);
        if (got == 0 || (got == -1 && errno != EINTR))
            return false;
        if (got > 0) {
            next += got;
            len -= (size_t)got;
            where += got;
        }
    }
    return true;
}

static int write_letter(const struct process *p) {
    struct letter letter = {.parent_pid = p->maker, .is_daemon = p->daemon, .size = p->arg_size};
    memcpy(letter.seal, seal, sizeof seal);
    print_name(letter.name, "%s", p->name);
    print_name(letter.identity, "%s", p->identity);
    print_name(letter.parent, "%s", process_current()->name);
    print_name(letter.target, "%s", name_of_target(p->target));
    int fd = memfd_create("letter", MFD_CLOEXEC);
    if (fd != -1 && write_all(fd, &letter, sizeof letter) && write_all(fd, p->arg, p->arg_size))
        return fd;
    int error = errno;
    if (fd != -1)
        close(fd);
    return fail(error);
}

/* The path of this program. If that file is gone, only the link is left. */
static void find_program(char *path, size_t size) {
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    path[length > 0 ? length : 0] = '\0';
    if (access(path, X_OK) == -1)
        strcpy(path, "/proc/self/exe");
}

static pid_t spawn(const struct process *p) {
    char path[PATH_MAX], number[] = {'0' + LETTER_FD, '\0'}, flag[] = PROCESS_SPAWN_FLAG;
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int letter = write_letter(p);
    if (letter == -1)
        return -1;
    find_program(path, sizeof path);
    int error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        error = posix_spawn_file_actions_adddup2(&actions, letter, LETTER_FD);
        if (error == 0)
            error = posix_spawn_file_actions_addclosefrom_np(&actions, LETTER_FD + 1);
        if (error == 0)
            error = posix_spawn(&pid, path, &actions, NULL, (char *[]){path, flag, number, NULL}, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    close(letter);
    return error == 0 ? pid : fail(error);
}

int process_register(const char *name, process_target *target) {
    if (name == NULL || name[0] == '\0' || target == NULL)
        return fail(EINVAL);
    if (strlen(name) > PROCESS_NAME_MAX)
        return fail(ENAMETOOLONG);
    for (int i = 0; i < target_count; i++)
        if (strcmp(targets[i].name, name) == 0)
            return targets[i].target == target ? 0 : fail(EEXIST);
    if (target_count == PROCESS_TARGETS_MAX)
        return fail(ENOSPC);
    targets[target_count].name = name;
    targets[target_count++].target = target;
    return 0;
}

static process_target *find_target(const char *name) {
    for (int i = 0; i < target_count; i++)
        if (strcmp(targets[i].name, name) == 0)
            return targets[i].target;
    return NULL;
}

int process_spawn_main(int argc, char **argv) {
    struct letter letter;
    void *arg = NULL;
    if (argc < 2 || strcmp(argv[1], PROCESS_SPAWN_FLAG) != 0)
        return 0;
    if (!read_at(LETTER_FD, &letter, sizeof letter, 0) || memcmp(letter.seal, seal, sizeof seal) != 0)
        exit(1);
    if (letter.size > 0) {
        arg = malloc(letter.size);
        if (arg == NULL || !read_at(LETTER_FD, arg, letter.size, sizeof letter))
            exit(1);
    }
    close(LETTER_FD);
    here.guard_is_past = true;
    here.spawned = (struct process){.maker = letter.parent_pid, .pid = me(), .daemon = letter.is_daemon};
    print_name(here.spawned.name, "%s", letter.name);
    print_name(here.spawned.identity, "%s", letter.identity);
    become(&here.spawned, letter.identity, letter.parent, letter.parent_pid);
    process_target *target = find_target(letter.target);
    if (target == NULL)
        exit(1);
    int status = target(arg);
    free(arg);
    exit(status);
}

/* ------------------------------------------------------------------------------------------------ tasks */

struct task {
    struct process process; /* the first member: a task is a subclass */
    TAILQ_ENTRY(task) link;
    task_work *work;
    void *arg;
    int file; /* where the result is */
    task_callback *done;
    void *ctx;
};

struct task_queue {
    TAILQ_HEAD(task_list, task) tasks; /* in the order of their submission */
    int epoll;
};

static int run_task(struct process *self) {
    struct task *task = (struct task *)self;
    here.result = fdopen(task->file, "w");
    return here.result != NULL ? task->work(task->arg, here.result) : 1;
}

static const struct process_class task_class = {"Task", run_task};

static int start_task(struct task *t, task_work *work, void *arg) {
    *t = (struct task){.work = work, .arg = arg, .file = memfd_create("result", MFD_CLOEXEC)};
    struct process_options options = {.daemon = PROCESS_DAEMON_YES};
    if (t->file == -1)
        return -1;
    if (process_init(&t->process, &task_class, &options) == 0 && process_start(&t->process) == 0)
        return 0;
    int error = errno;
    close(t->file);
    return fail(error);
}

static void end_task(struct task *t) {
    process_kill(&t->process);
    process_join(&t->process, -1);
    process_close(&t->process);
    close(t->file);
}

/* Reads the result of a task that has ended. */
static int read_result(struct task *t, struct task_result *out) {
    struct stat file;
    *out = (struct task_result){.exitcode = TASK_LOST};
    if (process_exitcode(&t->process, &out->exitcode) == -1 || out->exitcode != 0)
        return 0;
    if (fstat(t->file, &file) == -1)
        return -1;
    out->len = (size_t)file.st_size;
    out->data = malloc(out->len + 1);
    if (out->data == NULL)
        return fail(ENOMEM);
    if (!read_at(t->file, out->data, out->len, 0)) {
        free(out->data);
        return fail(EIO);
    }
    out->data[out->len] = '\0';
    return 0;
}

int task_call(task_work *work, void *arg, struct task_result *out) {
    struct task task;
    struct task_result result;
    if (work == NULL)
        return fail(EINVAL);
    if (start_task(&task, work, arg) == -1)
        return -1;
    process_join(&task.process, -1);
    int outcome = read_result(&task, &result), error = errno;
    end_task(&task);
    if (outcome == -1)
        return fail(error);
    *out = result;
    return 0;
}

struct task_queue *task_open(void) {
    struct task_queue *queue = malloc(sizeof *queue);
    if (queue == NULL)
        return NULL;
    TAILQ_INIT(&queue->tasks);
    queue->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (queue->epoll == -1) {
        free(queue);
        return NULL;
    }
    return queue;
}

int task_submit(struct task_queue *queue, task_work *work, void *arg, task_callback *done, void *ctx) {
    if (work == NULL || done == NULL)
        return fail(EINVAL);
    struct task *t = malloc(sizeof *t);
    if (t == NULL)
        return -1;
    if (start_task(t, work, arg) == -1) {
        free(t);
        return -1;
    }
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(queue->epoll, EPOLL_CTL_ADD, process_sentinel(&t->process), &event) == -1) {
        int error = errno;
        end_task(t);
        free(t);
        return fail(error);
    }
    t->done = done;
    t->ctx = ctx;
    TAILQ_INSERT_TAIL(&queue->tasks, t, link);
    return 0;
}

/* Other processes may have a copy of the sentinel, so closing it does not take it out of the epoll set. */
static void take_out(struct task_queue *queue, struct task *t) {
    epoll_ctl(queue->epoll, EPOLL_CTL_DEL, process_sentinel(&t->process), NULL);
    TAILQ_REMOVE(&queue->tasks, t, link);
    end_task(t);
}

static int call_back(struct task_queue *queue) {
    struct task *last = TAILQ_LAST(&queue->tasks, task_list), *next;
    int count = 0;
    bool more = true;
    for (struct task *t = TAILQ_FIRST(&queue->tasks); more; t = next) {
        struct task_result result;
        next = TAILQ_NEXT(t, link);
        more = t != last; /* a callback may submit tasks behind it */
        if (process_is_alive(&t->process))
            continue;
        if (read_result(t, &result) == -1)
            return count > 0 ? count : -1;
        take_out(queue, t);
        t->done(t->ctx, &result);
        free(result.data);
        free(t);
        count++;
    }
    return count;
}

int task_dispatch(struct task_queue *queue, int timeout_ms) {
    if (TAILQ_EMPTY(&queue->tasks))
        return 0;
    return wait_readable(queue->epoll, timeout_ms) == -1 ? -1 : call_back(queue);
}

int task_fd(const struct task_queue *queue) {
    return queue->epoll;
}

void task_close(struct task_queue *queue) {
    if (queue == NULL)
        return;
    struct task *t;
    TAILQ_FOREACH(t, &queue->tasks, link)
    process_kill(&t->process);
    while ((t = TAILQ_FIRST(&queue->tasks)) != NULL) {
        take_out(queue, t);
        free(t);
    }
    close(queue->epoll);
    free(queue);
}

/* ------------------------------------------------------------------------------------------------ states */

/* Each state with the states that can follow it, as bits. */
static const struct {
    const char *name;
    unsigned next;
} states[] = {
    [STATE_NEW] = {"new", 1u << STATE_READY},
    [STATE_READY] = {"ready", 1u << STATE_RUNNING},
    [STATE_RUNNING] = {"running", 1u << STATE_READY | 1u << STATE_BLOCKED | 1u << STATE_ENDED},
    [STATE_BLOCKED] = {"blocked", 1u << STATE_READY},
    [STATE_ENDED] = {"ended", 0},
};

static bool is_state(enum state state) {
    return (unsigned)state < sizeof states / sizeof states[0];
}

const char *state_name(enum state state) {
    return is_state(state) ? states[state].name : NULL;
}

bool state_can_move(enum state from, enum state to) {
    return is_state(from) && is_state(to) && (states[from].next >> to & 1) != 0;
}

/* The line "State:" of /proc/PID/status. A line break in the name is written as \n there, so no name looks like it. */
static int state_letter(pid_t pid, char *letter) {
    char path[32], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "re");
    if (status == NULL)
        return errno == ENOENT ? fail(ESRCH) : -1;
    int found = 0;
    while (found == 0 && fgets(line, sizeof line, status) != NULL)
        found = sscanf(line, "State: %c", letter) == 1;
    fclose(status);
    return found ? 0 : fail(ESRCH);
}

int state_of(pid_t pid, enum state *state) {
    char letter;
    if (pid < 1)
        return fail(EINVAL);
    if (state_letter(pid, &letter) == -1)
        return -1;
    if (pid == getpid())
        *state = STATE_RUNNING;
    else if (letter == 'R')
        *state = STATE_READY;
    else if (letter == 'Z' || letter == 'X')
        *state = STATE_ENDED;
    else
        *state = STATE_BLOCKED;
    return 0;
}

int state_set_blocking(int fd, bool blocking) {
    const int flags = fcntl(fd, F_GETFL, 0), others = flags & ~O_NONBLOCK;
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, others | (blocking ? 0 : O_NONBLOCK));
}

int state_is_blocking(int fd) {
    const int flags = fcntl(fd, F_GETFL, 0);
    if (flags < 0)
        return -1;
    return !(flags & O_NONBLOCK);
}
