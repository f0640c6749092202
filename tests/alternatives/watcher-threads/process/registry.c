/* registry.c - one thread a child, which waits for its end and takes nothing away: the exit code is left to whoever
 * asks first, in the program's own thread. */
#include "registry.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct process registry_main = {.name = PROCESS_MAIN_NAME};
struct process *registry_self = &registry_main;
struct process *registry_starter;
unsigned registry_made;

static struct process_child *oldest, *youngest;
static pid_t keeper;

int64_t monotonic_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct process_child *registry_new(struct process *object, size_t letter_size) {
    struct process_child *child = calloc(1, sizeof *child + letter_size);
    if (child == NULL)
        return NULL;
    child->over = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    child->socket = -1;
    child->object = object;
    child->daemon = object->daemon;
    child->size = letter_size;
    if (child->over >= 0)
        return child;
    free(child);
    return NULL;
}

void registry_free(struct process_child *child) {
    int error = errno;
    close(child->over);
    if (child->socket >= 0)
        close(child->socket);
    free(child);
    errno = error;
}

/* All signals are blocked here, so no EINTR. */
static void *watch(void *argument) {
    struct process_child *child = argument;
    siginfo_t end;
    for (size_t sent = 0; child->socket >= 0 && sent < child->size;) {
        ssize_t n = send(child->socket, child->letter + sent, child->size - sent, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += (size_t)n;
    }
    waitid(P_PID, (id_t)child->pid, &end, WEXITED | WNOWAIT);
    eventfd_write(child->over, 1);
    return NULL;
}

static int start_watcher(struct process_child *child) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&child->watcher, NULL, watch, child);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return error;
}

int registry_watch(struct process_child *child) {
    int error = start_watcher(child);
    if (error != 0) {
        kill(child->pid, SIGKILL);
        while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
        errno = error;
        return -1;
    }
    registry_oldest();
    child->older = youngest;
    *(youngest != NULL ? &youngest->younger : &oldest) = child;
    youngest = child;
    return 0;
}

void registry_remove(struct process_child *child) {
    *(child->older != NULL ? &child->older->younger : &oldest) = child->younger;
    *(child->younger != NULL ? &child->younger->older : &youngest) = child->older;
    registry_free(child);
}

struct process_child *registry_oldest(void) {
    if (keeper == getpid())
        return oldest;
    while (oldest != NULL) {
        struct process_child *next = oldest->younger;
        registry_free(oldest);
        oldest = next;
    }
    youngest = NULL;
    keeper = getpid();
    return NULL;
}

void registry_become(struct process *self, const char *starter_name, pid_t starter_pid) {
    static struct process starter;
    char name[PROCESS_NAME_MAX + 1];
    strcpy(name, starter_name);
    memset(&starter, 0, sizeof starter);
    strcpy(starter.name, name);
    starter.pid = starter_pid;
    registry_starter = &starter;
    registry_self = self;
    registry_made = 0;
    registry_oldest();
}

/* The watcher has said that it is over. */
static void take(struct process_child *child) {
    siginfo_t end;
    int result;
    pthread_join(child->watcher, NULL);
    memset(&end, 0, sizeof end);
    while ((result = waitid(P_PID, (id_t)child->pid, &end, WEXITED)) < 0 && errno == EINTR)
        continue;
    child->phase = result == 0 ? ENDED : LOST;
    child->code = end.si_code == CLD_EXITED ? (unsigned char)end.si_status : -end.si_status;
}

enum phase registry_wait(struct process_child *child, int64_t until) {
    struct pollfd over = {.fd = child->over, .events = POLLIN};
    while (child->phase == RUNS) {
        int64_t left = until == INT64_MAX ? -1 : until - monotonic_ns();
        if (until != INT64_MAX)
            left = left <= 0 ? 0 : (left + 999999) / 1000000;
        int ready = poll(&over, 1, left > INT_MAX ? INT_MAX : (int)left);
        if (ready > 0)
            take(child);
        else if (ready == 0 && monotonic_ns() >= until)
            break;
    }
    return child->phase;
}

enum phase registry_look(struct process_child *child) {
    return registry_wait(child, 0);
}

int registry_refusal(const struct process *p) {
    return p->closed ? EINVAL : p->maker != getpid() ? ECHILD : p->child == NULL ? ESRCH : 0;
}
