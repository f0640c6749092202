/* wards.h - the processes in this one's care, in a table, each known by its pidfd alone. */
#ifndef WARDS_H
#define WARDS_H

#include <stdbool.h>
#include <sys/types.h>
#include <timeslice/process.h>

/* How a ward fares. */
enum fate { RUNS, EXITED, KILLED, GONE };

struct process_child {
    struct process *object; /* an address to give out */
    int pidfd;
    bool is_daemon;
    enum fate fate;
    int number; /* exit code or signal, as fate says */
};

/* Puts a process that was just made into the table. NULL and errno, where the process is ended. */
struct process_child *ward_take(struct process *object, pid_t pid);

/* Takes it out. */
void ward_drop(struct process_child *ward);

/* Looks whether it has ended, and learns how. */
enum fate ward_look(struct process_child *ward);

/* Waits until it has ended, or so long; negative: for ever. 0; -1 and ETIMEDOUT. */
int ward_wait(struct process_child *ward, int timeout_ms);

/* Signals it. 0, also where there is nobody left to be signalled. */
int ward_signal(struct process_child *ward, int number);

/* The wards in the order in which they came. NULL behind the last. */
struct process_child **wards(void);

/* Forgets them all: they belong to the process that this one was forked from. */
void wards_disown(void);

/* Terminates the daemons among them and waits for all. */
void wards_see_off(void);

/* 0 where the caller may ask about p; -1 and errno. */
int may_ask(const struct process *p);

#endif
