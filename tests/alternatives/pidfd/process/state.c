/* state.c - names and moves, the kernel's letter, and O_NONBLOCK. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/state.h>
#include <unistd.h>

const char *state_name(enum state state) {
    switch (state) {
    case STATE_NEW:
        return "new";
    case STATE_READY:
        return "ready";
    case STATE_RUNNING:
        return "running";
    case STATE_BLOCKED:
        return "blocked";
    case STATE_ENDED:
        return "ended";
    }
    return NULL;
}

bool state_can_move(enum state from, enum state to) {
    switch (from) {
    case STATE_NEW:
    case STATE_BLOCKED:
        return to == STATE_READY;
    case STATE_READY:
        return to == STATE_RUNNING;
    case STATE_RUNNING:
        return to == STATE_READY || to == STATE_BLOCKED || to == STATE_ENDED;
    case STATE_ENDED:
        return false;
    }
    return false;
}

int state_of(pid_t pid, enum state *state) {
    char path[40], text[300];
    if (pid < 1) {
        errno = EINVAL;
        return -1;
    }
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd == -1 ? -1 : read(fd, text, sizeof text - 1);
    int error = errno;
    if (fd != -1)
        close(fd);
    if (len <= 0) {
        errno = fd == -1 && error != ENOENT ? error : ESRCH;
        return -1;
    }
    text[len] = '\0';
    const char *after = strrchr(text, ')');
    char letter = after != NULL && strlen(after) > 2 ? after[2] : 'X';
    *state = letter == 'Z' || letter == 'X' ? STATE_ENDED
             : letter != 'R'                ? STATE_BLOCKED
             : pid == getpid()              ? STATE_RUNNING
                                            : STATE_READY;
    return 0;
}

int state_set_blocking(int fd, bool blocking) {
    int flags = fcntl(fd, F_GETFL);
    if (flags == -1)
        return -1;
    return fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) == -1 ? -1 : 0;
}

int state_is_blocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags == -1 ? -1 : !(flags & O_NONBLOCK);
}
