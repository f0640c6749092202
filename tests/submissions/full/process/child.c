/* child.c - the children of this process, and waiting for them. */
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct process_child *first;
static pid_t owner; /* whose children the list holds: fork copies it */

/* After a fork the list is one of siblings. Their descriptors stay open, as all inherited ones do. */
void children_forget(void) {
    while (first != NULL) {
        struct process_child *next = first->next;
        free(first);
        first = next;
    }
    owner = getpid();
}

/* PROC-DAEMON-006 */
struct process_child *children_first(void) {
    return owner == getpid() ? first : NULL;
}

void children_add(struct process_child *child) {
    if (owner != getpid())
        children_forget();
    struct process_child **link = &first;
    while (*link != NULL)
        link = &(*link)->next;
    child->next = NULL;
    *link = child;
}

void children_remove(struct process_child *child) {
    for (struct process_child **link = &first; *link != NULL; link = &(*link)->next) {
        if (*link == child) {
            *link = child->next;
            return;
        }
    }
}

/* Takes the exit code from the kernel. Returns whether the child has ended.
 *
 * By its pid and not by its pidfd, for Valgrind's sake: the pid is the child's own until somebody has waited for it. */
static bool take_exit_code(struct process_child *child, int flags) {
    siginfo_t info = {0};
    int result;
    do {
        result = waitid(P_PID, (id_t)child->pid, &info, WEXITED | flags);
    } while (result == -1 && errno == EINTR);

    if (result == -1) {
        child->state = CHILD_LOST; /* ECHILD: PROC-JOIN-012 */
    } else if (info.si_pid != 0) {
        child->state = CHILD_ENDED;
        child->code = info.si_code == CLD_EXITED ? info.si_status & 0xff : -info.si_status;
    }
    return child->state != CHILD_RUNS;
}

static bool is_readable(int fd) {
    struct pollfd item = {.fd = fd, .events = POLLIN};
    int count;
    do {
        count = poll(&item, 1, 0);
    } while (count == -1 && errno == EINTR);
    return count == 1 && (item.revents & POLLIN) != 0;
}

bool child_runs(struct process_child *child) {
    if (child->state != CHILD_RUNS)
        return false;
    if (take_exit_code(child, WNOHANG))
        return false;
    if (!is_readable(child->sentinel))
        return true;
    /* It has ended just now, or a debugger has still to let go of it. */
    child_reap(child);
    return false;
}

void child_reap(struct process_child *child) {
    if (child->state == CHILD_RUNS)
        take_exit_code(child, 0);
}

static int64_t nanoseconds_left(const struct deadline *deadline) {
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return ((int64_t)deadline->at.tv_sec - now.tv_sec) * 1000000000 + (deadline->at.tv_nsec - now.tv_nsec);
}

struct deadline deadline_after(int timeout_ms) {
    struct deadline deadline = {.never = timeout_ms < 0};
    if (!deadline.never) {
        clock_gettime(CLOCK_MONOTONIC, &deadline.at);
        deadline.at.tv_sec += timeout_ms / 1000;
        deadline.at.tv_nsec += timeout_ms % 1000 * 1000000L;
        if (deadline.at.tv_nsec >= 1000000000) {
            deadline.at.tv_sec++;
            deadline.at.tv_nsec -= 1000000000;
        }
    }
    return deadline;
}

bool deadline_passed(const struct deadline *deadline) {
    return !deadline->never && nanoseconds_left(deadline) <= 0;
}

/* PROC-JOIN-004, PROC-JOIN-005, PROC-JOIN-014 */
void wait_readable(int fd, const struct deadline *deadline) {
    int timeout_ms = -1;
    if (!deadline->never) {
        int64_t left = nanoseconds_left(deadline);
        timeout_ms = left > 0 ? (int)((left + 999999) / 1000000) : 0;
    }
    struct pollfd item = {.fd = fd, .events = POLLIN};
    (void)poll(&item, 1, timeout_ms);
}
