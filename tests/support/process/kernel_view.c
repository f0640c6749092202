/* kernel_view.c - reads /proc/PID/stat and status, and waits with WNOWAIT, which leaves the exit code in place.
 *
 * A process also sleeps while an assertion tells its fact to the executor. This is no wait of the code under test. The
 * mask of its signals shows it: only such a process blocks signal 32 (fact.c). */
#include "kernel_view.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/require.h"

/* Returns the letter for the state of a process, and puts its processor time, in the kernel's ticks, in *ticks. Without
 * such a process it gives '-' and 0. */
static char look(pid_t pid, unsigned long *ticks) {
    char path[64], line[512], state = '-';
    unsigned long in_user_mode = 0, in_the_kernel = 0;
    *ticks = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return '-';
    ssize_t length = read(fd, line, sizeof line - 1);
    close(fd);
    if (length <= 0)
        return '-'; /* its parent waited for it between open and read */
    line[length] = '\0';
    const char *name_end = strrchr(line, ')');
    if (name_end == NULL || sscanf(name_end, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state,
                                   &in_user_mode, &in_the_kernel) != 3)
        return '-';
    *ticks = in_user_mode + in_the_kernel;
    return state;
}

char kernel_state(pid_t pid) {
    unsigned long ticks;
    return look(pid, &ticks);
}

/* What /proc/PID/status says at one look. */
struct status {
    char state;
    unsigned long long blocked; /* the mask of its signals */
    unsigned long long sleeps;  /* how many times it has gone to sleep */
};

static struct status status_of(pid_t pid) {
    struct status found = {.state = '-'};
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "State: %c", &found.state);
        sscanf(line, "SigBlk: %llx", &found.blocked);
        sscanf(line, "voluntary_ctxt_switches: %llu", &found.sleeps);
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* Whether a process that seemed to sleep tells a fact. It also counts as telling if it has run between two looks. */
static bool tells_fact(pid_t pid) {
    struct status first = status_of(pid), second = status_of(pid);
    if (first.state != 'S' || second.state != 'S' || first.sleeps != second.sleeps)
        return true;
    return (second.blocked >> (32 - 1) & 1) != 0;
}

/* Whether a process in this state neither runs nor waits for a moment only. */
static bool rests(pid_t pid, char state) {
    return state == 'S' ? !tells_fact(pid) : state != 'R' && state != 'D';
}

char await_rest(pid_t pid) {
    char state;
    while (!rests(pid, state = kernel_state(pid)))
        sched_yield();
    return state;
}

/* The caller sleeps between two looks, because another process may wait until the caller sleeps (fork_order.h). */
void await_waiting(pid_t pid) {
    unsigned long before, now;
    const unsigned long enough = (unsigned long)sysconf(_SC_CLK_TCK) / 5;
    look(pid, &before);
    for (;;) {
        char state = look(pid, &now);
        if (rests(pid, state) || now >= before + enough)
            return;
        poll(NULL, 0, 1);
    }
}

bool has_ended(pid_t pid) {
    char state = kernel_state(pid);
    return state == '-' || state == 'Z' || state == 'X';
}

void await_zombie(pid_t pid) {
    siginfo_t end;
    int result;
    do
        result = waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT);
    while (result == -1 && errno == EINTR);
    require(result == 0 || errno == ECHILD, "wait for a child of its own");
}

/* waitid fails with ECHILD if there is no such child. If there is one, it returns 0 and does not wait. */
static bool is_there(idtype_t type, pid_t pid) {
    siginfo_t end;
    return waitid(type, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool is_child(pid_t pid) {
    return is_there(P_PID, pid);
}

bool has_children(void) {
    return is_there(P_ALL, 0);
}

static int readable(int fd, int timeout_ms) {
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    int ready;
    do
        ready = poll(&watched, 1, timeout_ms);
    while (ready == -1 && errno == EINTR);
    return ready > 0 && (watched.revents & POLLIN) != 0;
}

void await_readable(int fd) {
    require(readable(fd, -1), "wait for a descriptor");
}

bool is_readable(int fd) {
    return readable(fd, 0);
}
