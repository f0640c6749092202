/* wards.c - a pidfd is asked for everything: poll waits for the end, waitid(P_PIDFD) takes it, pidfd_send_signal
 * reaches the process or nobody. The pid, which may be somebody else's by tomorrow, is not kept.
 *
 * A process that has left no zombie (its program ignores SIGCHLD) may be gone before there is a pidfd. An eventfd that
 * is readable from the start then stands for it. */
#include "wards.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct {
    struct process_child **at; /* NULL behind the last */
    size_t count, room;
    pid_t keeper;
} table;

static struct process_child *nobody[1];

static void scrap(struct process_child *ward) {
    close(ward->pidfd);
    free(ward);
}

void wards_disown(void) {
    for (size_t i = 0; i < table.count; i++)
        scrap(table.at[i]);
    free(table.at);
    table.at = NULL;
    table.count = table.room = 0;
    table.keeper = getpid();
}

struct process_child **wards(void) {
    if (table.keeper != getpid())
        wards_disown();
    return table.count > 0 ? table.at : nobody;
}

/* Room for one more and the NULL. */
static bool make_room(void) {
    wards();
    if (table.count + 2 <= table.room)
        return true;
    size_t room = table.room + 16;
    struct process_child **at = realloc(table.at, room * sizeof *at);
    if (at == NULL)
        return false;
    table.at = at;
    table.room = room;
    return true;
}

static int open_pidfd(pid_t pid) {
    int fd = pidfd_open(pid, 0);
    if (fd == -1 && errno == ESRCH)
        fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd;
}

struct process_child *ward_take(struct process *object, pid_t pid) {
    struct process_child *ward = make_room() ? malloc(sizeof *ward) : NULL;
    int fd = ward != NULL ? open_pidfd(pid) : -1;
    if (fd == -1) {
        int error = errno;
        free(ward);
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
            continue;
        errno = error;
        return NULL;
    }
    *ward = (struct process_child){.object = object, .pidfd = fd, .is_daemon = object->daemon};
    table.at[table.count++] = ward;
    table.at[table.count] = NULL;
    return ward;
}

void ward_drop(struct process_child *ward) {
    size_t kept = 0;
    for (size_t i = 0; i < table.count; i++)
        if (table.at[i] != ward)
            table.at[kept++] = table.at[i];
    table.count = kept;
    if (kept == 0) {
        free(table.at);
        table.at = NULL;
        table.room = 0;
    } else {
        table.at[kept] = NULL;
    }
    scrap(ward);
}

/* Asks without waiting. */
enum fate ward_look(struct process_child *ward) {
    siginfo_t end = {.si_pid = 0};
    int asked;
    if (ward->fate != RUNS)
        return ward->fate;
    do
        asked = waitid(P_PIDFD, (id_t)ward->pidfd, &end, WEXITED | WNOHANG);
    while (asked == -1 && errno == EINTR);
    if (asked == -1) /* no child of ours any more, or no pidfd */
        ward->fate = GONE;
    else if (end.si_pid != 0)
        ward->fate = end.si_code == CLD_EXITED ? EXITED : KILLED;
    ward->number = end.si_status;
    return ward->fate;
}

static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int ward_wait(struct process_child *ward, int timeout_ms) {
    const long long end = now_ns() + timeout_ms * 1000000LL;
    while (ward_look(ward) == RUNS) {
        struct pollfd ended = {.fd = ward->pidfd, .events = POLLIN};
        long long left = end - now_ns();
        struct timespec rest = {left / 1000000000, left % 1000000000};
        if (timeout_ms >= 0 && left <= 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (ppoll(&ended, 1, timeout_ms < 0 ? NULL : &rest, NULL) == -1 && errno != EINTR)
            return -1;
    }
    return 0;
}

int ward_signal(struct process_child *ward, int number) {
    if (ward_look(ward) != RUNS || pidfd_send_signal(ward->pidfd, number, NULL, 0) == 0 || errno == ESRCH)
        return 0;
    return -1;
}

void wards_see_off(void) {
    struct process_child **all = wards();
    for (size_t i = 0; all[i] != NULL; i++)
        if (all[i]->is_daemon)
            ward_signal(all[i], SIGTERM);
    for (size_t i = 0; all[i] != NULL; i++)
        ward_wait(all[i], -1);
}

int may_ask(const struct process *p) {
    errno = p->closed ? EINVAL : p->maker != getpid() ? ECHILD : p->child == NULL ? ESRCH : 0;
    return errno == 0 ? 0 : -1;
}
