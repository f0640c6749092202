/* processes.h - the living descendants of this process. */
#ifndef RUNNER_PROCESSES_H
#define RUNNER_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
    pid_t pid;
    pid_t parent;
    char state; /* as in /proc/PID/stat: R is ready or runs, S sleeps, D waits for a device, T is stopped */
    bool ours;
    char name[16];
};

/* Starts as {0}. */
struct processes {
    struct process *at;
    size_t count;
    size_t room;
};

/* Seconds, of all their threads together. 0 if the kernel does not count them. */
struct processes_time {
    double used;    /* on a processor */
    double delayed; /* ready to run, while others ran */
};

/* Reads /proc, and keeps only living descendants of this process. */
void processes_look(struct processes *processes);

/* Whether one of them was ready to run or waited for a device when it was read. It may be about to end. */
bool processes_are_ready(const struct processes *processes);

struct processes_time processes_time(const struct processes *processes);

void processes_free(struct processes *processes);

#endif
