/* strays.c - finds and ends the processes that a test left behind.
 *
 * Theory of operation
 * The runner is a child subreaper: whatever a test started, however often it forked and whatever session it fled to,
 * becomes a descendant of the runner when the test is dead. One test runs at a time, so a descendant that is alive then
 * is a stray of that test. Where the runner has no child left, which is the rule and costs one system call, there is
 * none.
 *
 * A child that is about to end (its pipe has just been closed) is not held against the test: there is a short grace,
 * but not for a crowd. A zombie is dead, and only reaped. The rest could fork faster than they are killed, so they are
 * first stopped, all, until a look through /proc finds none that runs (SIGSTOP cannot be blocked, and a stopped process
 * does not fork), and then killed. Descent is taken from the parents in /proc at that moment; a process that is no
 * descendant of the runner is never signalled, and a process id cannot be used again in the instant between the look
 * and the signal. */
#include "strays.h"

#include "signals.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct process {
    pid_t pid;
    pid_t parent;
    char state;
    bool ours;
    char name[16];
};

struct processes {
    struct process *at;
    size_t count;
    size_t room;
};

void strays_adopt(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
}

/* Reaps what is dead; false where no child is left at all. */
static bool reap(void) {
    pid_t pid;
    do {
        pid = waitpid(-1, NULL, WNOHANG);
    } while (pid > 0 || (pid < 0 && errno == EINTR));
    return pid == 0;
}

/* /proc/PID/stat: "PID (name) state parent ...", where the name may itself hold spaces and parentheses. */
static bool read_process(const char *pid, struct process *process) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, line, sizeof line - 1);
    close(fd);
    if (len <= 0)
        return false;
    line[len] = '\0';
    const char *open_paren = strchr(line, '('), *close_paren = strrchr(line, ')');
    if (open_paren == NULL || close_paren == NULL || strlen(close_paren) < 5)
        return false;
    *process = (struct process){.pid = (pid_t)strtol(line, NULL, 10), .state = close_paren[2]};
    process->parent = (pid_t)strtol(close_paren + 4, NULL, 10);
    size_t name = (size_t)(close_paren - open_paren - 1);
    memcpy(process->name, open_paren + 1, name < sizeof process->name ? name : sizeof process->name - 1);
    return true;
}

static void add(struct processes *processes, const struct process *process) {
    if (processes->count == processes->room) {
        processes->room = processes->room * 2 + 256;
        processes->at = realloc(processes->at, processes->room * sizeof *processes->at);
        if (processes->at == NULL)
            abort();
    }
    processes->at[processes->count++] = *process;
}

static int by_pid(const void *a, const void *b) {
    const struct process *one = a, *other = b;
    return (one->pid > other->pid) - (one->pid < other->pid);
}

/* Marks the descendants of this process: children of it, then children of those that are marked, until no more come. */
static void mark_descendants(struct processes *processes) {
    const pid_t self = getpid();
    if (processes->count > 0)
        qsort(processes->at, processes->count, sizeof *processes->at, by_pid);
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < processes->count; i++) {
            struct process *process = &processes->at[i], key = {.pid = process->parent};
            const struct process *parent = bsearch(&key, processes->at, processes->count, sizeof key, by_pid);
            if (process->ours || (process->parent != self && (parent == NULL || !parent->ours)))
                continue;
            process->ours = changed = true;
        }
    }
}

/* Looks through /proc, and keeps only living descendants of this process. */
static void look(struct processes *processes) {
    DIR *proc = opendir("/proc");
    struct process process;
    processes->count = 0;
    for (struct dirent *entry; proc != NULL && (entry = readdir(proc)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]) && read_process(entry->d_name, &process))
            add(processes, &process);
    if (proc != NULL)
        closedir(proc);
    mark_descendants(processes);
    size_t kept = 0;
    for (size_t i = 0; i < processes->count; i++)
        if (processes->at[i].ours && strchr("ZXx", processes->at[i].state) == NULL)
            processes->at[kept++] = processes->at[i];
    processes->count = kept;
}

static bool wait_for_their_end(struct processes *strays, double grace) {
    enum { CROWD = 16 };
    double end = signals_now() + grace;
    while (reap()) {
        double left = end - signals_now();
        look(strays);
        if (left <= 0 || strays->count > CROWD)
            return false;
        signals_wait(left);
    }
    return true;
}

/* Stops them until a look finds none that runs. One that waits in the kernel for a device looks as if it ran: so only
 * for so long. */
static void stop_all(struct processes *strays) {
    double end = signals_now() + 2;
    for (bool running = true; running && signals_now() < end;) {
        running = false;
        look(strays);
        for (size_t i = 0; i < strays->count; i++) {
            if (strchr("Tt", strays->at[i].state) != NULL)
                continue;
            running = true;
            kill(strays->at[i].pid, SIGSTOP);
        }
    }
}

static bool kill_all(struct processes *strays) {
    double end = signals_now() + 5;
    for (look(strays); reap(); look(strays)) {
        for (size_t i = 0; i < strays->count; i++)
            kill(strays->at[i].pid, SIGKILL);
        if (signals_now() >= end)
            return false;
        signals_wait(0.01);
    }
    return true;
}

int strays_end(struct stray *found, size_t most, double grace) {
    struct processes strays = {0};
    int count = 0;
    bool dead = wait_for_their_end(&strays, grace);
    if (!dead) {
        stop_all(&strays);
        count = (int)strays.count;
        for (size_t i = 0; i < strays.count && i < most; i++) {
            found[i].pid = strays.at[i].pid;
            memcpy(found[i].name, strays.at[i].name, sizeof found[i].name);
        }
        dead = kill_all(&strays);
    }
    free(strays.at);
    return dead ? count : -1;
}
