/* state.c - the five states of a process, and the kernel's word for them.
 *
 * Spec: spec/process.md, area STATE.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/state.h>
#include <unistd.h>

enum { STATES = STATE_ENDED + 1 };

static bool is_state(enum state state) {
    return (unsigned)state < STATES;
}

/* What a state is called.
 *
 * PROC-STATE-001 each has its name
 */
const char *state_name(enum state state) {
    static const char *const names[STATES] = {
        [STATE_NEW] = "new",         [STATE_READY] = "ready", [STATE_RUNNING] = "running",
        [STATE_BLOCKED] = "blocked", [STATE_ENDED] = "ended",
    };
    return is_state(state) ? names[state] : NULL;
}

/* Whether a process can go from one state straight to the other.
 *
 * PROC-STATE-001 six moves
 * PROC-STATE-002 blocked to ready first
 */
bool state_can_move(enum state from, enum state to) {
    static const bool moves[STATES][STATES] = {
        [STATE_NEW] = {[STATE_READY] = true},
        [STATE_READY] = {[STATE_RUNNING] = true},
        [STATE_RUNNING] = {[STATE_READY] = true, [STATE_BLOCKED] = true, [STATE_ENDED] = true},
        [STATE_BLOCKED] = {[STATE_READY] = true},
    };
    return is_state(from) && is_state(to) && moves[from][to];
}

/* Reads the beginning of /proc/PID/stat, of which no part is longer than a hundred bytes. */
static int read_stat(pid_t pid, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return -1;
    ssize_t length;
    do {
        length = read(fd, text, size - 1);
    } while (length == -1 && errno == EINTR);
    int error = errno;
    close(fd);
    if (length == -1) {
        errno = error;
        return -1;
    }
    text[length] = '\0';
    return 0;
}

/* Puts the state of the live process pid in *state.
 *
 * PROC-STATE-003 blocked or runnable                   PROC-STATE-005 ended, or not there
 * PROC-STATE-004 stopped                               PROC-STATE-006 any command name
 */
int state_of(pid_t pid, enum state *state) {
    if (pid < 1) {
        errno = EINVAL;
        return -1;
    }
    char text[1024];
    if (read_stat(pid, text, sizeof text) == -1) {
        if (errno == ENOENT)
            errno = ESRCH;
        return -1;
    }
    /* 42 (a) R (b) S 1 ...: the name ends at the last parenthesis, whatever it holds. */
    const char *name_end = strrchr(text, ')');
    if (name_end == NULL || name_end[1] != ' ') {
        errno = ESRCH;
        return -1;
    }
    if (pid == getpid()) {
        *state = STATE_RUNNING; /* who asks, runs */
        return 0;
    }
    switch (name_end[2]) {
    case 'R':
        *state = STATE_READY;
        break;
    case 'Z':
    case 'X':
        *state = STATE_ENDED;
        break;
    default:
        *state = STATE_BLOCKED;
        break;
    }
    return 0;
}

/* Switches fd between blocking and not blocking.
 *
 * PROC-STATE-007 what EAGAIN means                     PROC-STATE-009 leaves nothing behind
 * PROC-STATE-008 the other flags
 */
int state_set_blocking(int fd, bool blocking) {
    int flags = fcntl(fd, F_GETFL);
    if (flags == -1)
        return -1;
    int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    return fcntl(fd, F_SETFL, wanted) == -1 ? -1 : 0;
}

/* Whether fd is blocking.
 *
 * PROC-STATE-008 what is set
 */
int state_is_blocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags == -1)
        return -1;
    return (flags & O_NONBLOCK) == 0;
}
