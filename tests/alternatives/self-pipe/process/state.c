/* state.c - the kernel's word from /proc/PID/status, where names are escaped and each fact has its line. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <timeslice/state.h>
#include <unistd.h>

const char *state_name(enum state state) {
    switch ((int)state) {
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
    default:
        return NULL;
    }
}

bool state_can_move(enum state from, enum state to) {
    switch ((int)from) {
    case STATE_NEW:
    case STATE_BLOCKED:
        return to == STATE_READY;
    case STATE_READY:
        return to == STATE_RUNNING;
    case STATE_RUNNING:
        return to == STATE_READY || to == STATE_BLOCKED || to == STATE_ENDED;
    default:
        return false;
    }
}

int state_of(pid_t pid, enum state *state) {
    char path[64], line[128], letter = '\0';
    if (pid < 1) {
        errno = EINVAL;
        return -1;
    }
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *status = fopen(path, "re");
    if (status == NULL) {
        errno = errno == ENOENT ? ESRCH : errno;
        return -1;
    }
    while (letter == '\0' && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "State:\t", 7) == 0)
            letter = line[7];
    fclose(status);
    if (letter == '\0') {
        errno = ESRCH;
        return -1;
    }
    if (letter == 'R')
        *state = pid == getpid() ? STATE_RUNNING : STATE_READY;
    else
        *state = letter == 'Z' || letter == 'X' ? STATE_ENDED : STATE_BLOCKED;
    return 0;
}

int state_set_blocking(int fd, bool blocking) {
    int flags = fcntl(fd, F_GETFL);
    if (flags != -1)
        flags = fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
    return flags == -1 ? -1 : 0;
}

int state_is_blocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return flags == -1 ? -1 : !(flags & O_NONBLOCK);
}
