/* kernel_view.c - reads /proc/PID/stat, and waits with WNOWAIT, which leaves the exit code in place. */
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

char await_rest(pid_t pid) {
    char state;
    while ((state = kernel_state(pid)) == 'R' || state == 'D')
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
        if ((state != 'R' && state != 'D') || now >= before + enough)
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
