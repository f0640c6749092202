/* state.c - tables for the textbook, and the letter behind the last parenthesis of /proc/PID/stat for the kernel. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <timeslice/state.h>
#include <unistd.h>

static const struct {
    const char *name;
    unsigned next; /* a bit for each state that may come next */
} table[] = {
    [STATE_NEW] = {"new", 1U << STATE_READY},
    [STATE_READY] = {"ready", 1U << STATE_RUNNING},
    [STATE_RUNNING] = {"running", 1U << STATE_READY | 1U << STATE_BLOCKED | 1U << STATE_ENDED},
    [STATE_BLOCKED] = {"blocked", 1U << STATE_READY},
    [STATE_ENDED] = {"ended", 0},
};

const char *state_name(enum state state) {
    return (unsigned)state <= STATE_ENDED ? table[state].name : NULL;
}

bool state_can_move(enum state from, enum state to) {
    return (unsigned)from <= STATE_ENDED && (unsigned)to <= STATE_ENDED && (table[from].next >> to & 1U) != 0;
}

int state_of(pid_t pid, enum state *state) {
    char *path, text[1024];
    if (pid <= 0) {
        errno = EINVAL;
        return -1;
    }
    if (asprintf(&path, "/proc/%d/stat", (int)pid) < 0)
        return -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC), error = errno;
    free(path);
    if (fd < 0) {
        errno = error == ENOENT ? ESRCH : error;
        return -1;
    }
    ssize_t length = read(fd, text, sizeof text);
    close(fd);
    const char *end = length > 0 ? memrchr(text, ')', (size_t)length) : NULL;
    if (end == NULL) {
        errno = ESRCH;
        return -1;
    }
    char letter = end[2];
    *state = letter == 'R'                  ? (pid == getpid() ? STATE_RUNNING : STATE_READY)
             : strchr("ZX", letter) != NULL ? STATE_ENDED
                                            : STATE_BLOCKED;
    return 0;
}

int state_set_blocking(int fd, bool blocking) {
    int not_blocking = !blocking;
    if (fcntl(fd, F_GETFL) < 0)
        return -1;
    return ioctl(fd, FIONBIO, &not_blocking) < 0 ? -1 : 0;
}

int state_is_blocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return -1;
    return (flags & O_NONBLOCK) != 0 ? 0 : 1;
}
