/* children.c - a list of children, which the handler of SIGCHLD goes through.
 *
 * One SIGCHLD may stand for several ends, so the handler asks for each child that is not known to have ended, by its
 * pid and without waiting, and writes a byte into the pipe of each that has. Whoever waits polls that pipe. Everything
 * else that touches the list keeps SIGCHLD blocked while it does. The handler is there while there are children. */
#include "children.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct process_child *list;
static pid_t owner;
static bool handling;
static struct sigaction before;

static void look_at(struct process_child *child) {
    int status;
    pid_t got = child->ended ? 0 : waitpid(child->pid, &status, WNOHANG);
    if (got == 0)
        return;
    child->lost = got < 0;
    child->status = got < 0 ? 0 : status;
    child->ended = 1;
    got = (pid_t)write(child->self_pipe[1], "", 1);
    (void)got;
}

static void on_sigchld(int number) {
    int error = errno;
    if (owner == getpid())
        for (struct process_child *child = list; child != NULL; child = child->next)
            look_at(child);
    if ((before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
        before.sa_handler(number);
    errno = error;
}

static void set_handler(bool wanted) {
    struct sigaction action = {.sa_handler = on_sigchld, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    if (wanted != handling)
        sigaction(SIGCHLD, wanted ? &action : &before, wanted ? &before : NULL);
    handling = wanted;
}

void children_lock(sigset_t *old) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, old);
}

void children_unlock(const sigset_t *old) {
    int error = errno;
    sigprocmask(SIG_SETMASK, old, NULL);
    errno = error;
}

static void free_child(struct process_child *child) {
    int error = errno;
    close(child->self_pipe[0]);
    close(child->self_pipe[1]);
    free(child);
    errno = error;
}

void children_forget(void) {
    while (list != NULL) {
        struct process_child *child = list;
        list = child->next;
        free_child(child);
    }
    set_handler(false);
    owner = getpid();
}

struct process_child *children_list(void) {
    if (owner != getpid())
        children_forget();
    for (struct process_child *child = list; child != NULL; child = child->next)
        look_at(child);
    return list;
}

struct process_child *children_prepare(struct process *object) {
    children_list();
    struct process_child *child = calloc(1, sizeof *child);
    if (child == NULL || pipe2(child->self_pipe, O_CLOEXEC | O_NONBLOCK) < 0) {
        free(child);
        return NULL;
    }
    child->object = object;
    child->daemon = object->daemon;
    set_handler(true);
    return child;
}

void children_add(struct process_child *child, pid_t pid) {
    struct process_child **end = &list;
    while (*end != NULL)
        end = &(*end)->next;
    child->pid = pid;
    *end = child;
}

void children_drop(struct process_child *child) {
    for (struct process_child **link = &list; *link != NULL; link = &(*link)->next)
        if (*link == child) {
            *link = child->next;
            break;
        }
    free_child(child);
    if (list == NULL)
        set_handler(false);
}

static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int children_await(struct process_child *child, int timeout_ms) {
    long long end = now_ns() + timeout_ms * 1000000LL;
    struct pollfd watched = {.fd = child->self_pipe[0], .events = POLLIN};
    sigset_t old, open;
    children_lock(&old);
    open = old;
    sigdelset(&open, SIGCHLD);
    look_at(child);
    while (!child->ended) {
        long long left = end - now_ns();
        if (timeout_ms >= 0 && left <= 0)
            break;
        struct timespec time = {left / 1000000000, left % 1000000000};
        ppoll(&watched, 1, timeout_ms < 0 ? NULL : &time, &open);
        look_at(child);
    }
    children_unlock(&old);
    if (child->ended)
        return 0;
    errno = ETIMEDOUT;
    return -1;
}

bool children_ended(struct process_child *child) {
    return children_await(child, 0) == 0;
}

int children_check(const struct process *p) {
    if (p->closed)
        errno = EINVAL;
    else if (p->maker != getpid())
        errno = ECHILD;
    else if (p->child == NULL)
        errno = ESRCH;
    else
        return 0;
    return -1;
}

void children_end(void) {
    sigset_t old;
    children_lock(&old);
    struct process_child *all = children_list();
    for (struct process_child *child = all; child != NULL; child = child->next)
        if (child->daemon && !child->ended)
            kill(child->pid, SIGTERM);
    children_unlock(&old);
    for (struct process_child *child = all; child != NULL; child = child->next)
        children_await(child, -1);
}
