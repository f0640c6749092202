/* processes.c - reads /proc: the descendants of this process, and their times. */
#include "processes.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads the beginning of a small file as text. False: the file cannot be read. */
static bool read_text(const char *path, char *text, size_t room) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t len = read(fd, text, room - 1);
    close(fd);
    text[len > 0 ? len : 0] = '\0';
    return len > 0;
}

/* /proc/PID/stat is "PID (name) state parent ...". The name may contain spaces and parentheses. */
static bool read_process(const char *pid, struct process *process) {
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    if (!read_text(path, line, sizeof line))
        return false;
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

/* Marks the descendants of this process: its children, then the children of marked processes, until there are no more.
 */
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

void processes_look(struct processes *processes) {
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

bool processes_are_ready(const struct processes *processes) {
    for (size_t i = 0; i < processes->count; i++)
        if (strchr("RD", processes->at[i].state) != NULL)
            return true;
    return false;
}

/* /proc/PID/task/TID/schedstat has nanoseconds on a processor, and nanoseconds ready to run while others ran. */
static void add_thread(struct processes_time *time, pid_t pid, const char *thread) {
    char path[96], text[128];
    unsigned long long used, delayed;
    snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", (int)pid, thread);
    if (!read_text(path, text, sizeof text) || sscanf(text, "%llu %llu", &used, &delayed) != 2)
        return;
    time->used += (double)used / 1e9;
    time->delayed += (double)delayed / 1e9;
}

struct processes_time processes_time(const struct processes *processes) {
    struct processes_time time = {0};
    for (size_t i = 0; i < processes->count; i++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/task", (int)processes->at[i].pid);
        DIR *threads = opendir(path);
        for (struct dirent *entry; threads != NULL && (entry = readdir(threads)) != NULL;)
            if (isdigit((unsigned char)entry->d_name[0]))
                add_thread(&time, processes->at[i].pid, entry->d_name);
        if (threads != NULL)
            closedir(threads);
    }
    return time;
}

void processes_free(struct processes *processes) {
    free(processes->at);
    *processes = (struct processes){0};
}
