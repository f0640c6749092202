/* state.c - the five states of a process, and what the kernel says about them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/state.h>
#include <unistd.h>

enum { STATES = STATE_ENDED + 1 };

static const char *const names[STATES] = {"new", "ready", "running", "blocked", "ended"};

/* PROC-STATE-001, PROC-STATE-002: the scheduler must choose a blocked process again before it runs. */
static const bool moves[STATES][STATES] = {
    [STATE_NEW][STATE_READY] = true,       [STATE_READY][STATE_RUNNING] = true, [STATE_RUNNING][STATE_READY] = true,
    [STATE_RUNNING][STATE_BLOCKED] = true, [STATE_BLOCKED][STATE_READY] = true, [STATE_RUNNING][STATE_ENDED] = true,
};

static bool is_state(enum state state) {
    return (unsigned)state < STATES;
}

const char *state_name(enum state state) {
    return is_state(state) ? names[state] : NULL;
}

bool state_can_move(enum state from, enum state to) {
    return is_state(from) && is_state(to) && moves[from][to];
}

/* The letter for the state of pid in /proc/PID/stat; -1 and errno if it cannot be read. */
static int state_letter(pid_t pid) {
    char path[sizeof "/proc//stat" + 3 * sizeof pid];
    char line[256]; /* the state is the third field: "1234 (command) S 1 ..."; the command is at most 64 bytes */
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
    int cause = errno;
    if (fd >= 0)
        close(fd); /* PROC-STATE-009 */
    errno = cause == ENOENT ? ESRCH : cause;
    if (length < 0)
        return -1;
    line[length] = '\0';
    const char *end = strrchr(line, ')'); /* PROC-STATE-006: the command may hold any byte, also ")" */
    if (end != NULL && end[1] == ' ')
        return (unsigned char)end[2];
    errno = ESRCH;
    return -1;
}

int state_of(pid_t pid, enum state *state) {
    if (pid <= 0) {
        errno = EINVAL; /* PROC-STATE-005 */
        return -1;
    }
    int letter = state_letter(pid);
    if (letter < 0)
        return -1;
    switch (letter) {
    case 'R': /* PROC-STATE-003 */
        *state = pid == getpid() ? STATE_RUNNING : STATE_READY;
        break;
    case 'Z':
    case 'X':
        *state = STATE_ENDED; /* PROC-STATE-005 */
        break;
    default: /* PROC-STATE-004: S sleeps, D waits for a disk, T is stopped, t is stopped by a debugger */
        *state = STATE_BLOCKED;
    }
    return 0;
}

/* PROC-STATE-007, PROC-STATE-008: changes only one flag. The flags belong to the open file, not only to the process. */
int state_set_blocking(int fd, bool blocking) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return -1;
    return fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0 ? -1 : 0;
}

int state_is_blocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : (flags & O_NONBLOCK) == 0;
}
