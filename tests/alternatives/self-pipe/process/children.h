/* children.h - the processes that this one has started, and who this one is. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>
#include <timeslice/process.h>

struct process_child {
    struct process_child *next;
    struct process *object; /* an address to report, never looked into */
    pid_t pid;
    bool daemon;
    int self_pipe[2];            /* a byte is written when the process has ended; the reading end is the sentinel */
    volatile sig_atomic_t ended; /* written by the handler of SIGCHLD */
    volatile sig_atomic_t lost;
    volatile sig_atomic_t status; /* of waitpid */
};

/* Keeps the handler of SIGCHLD out; *old is for children_unlock. */
void children_lock(sigset_t *old);
void children_unlock(const sigset_t *old);

/* The list, oldest first. Locked. */
struct process_child *children_list(void);

/* Room for a child that is about to be forked, and the handler in place. Locked. NULL and errno. */
struct process_child *children_prepare(struct process *object);
/* It was forked: it joins the list. Locked. */
void children_add(struct process_child *child, pid_t pid);
/* It was not, or it is closed. Locked. */
void children_drop(struct process_child *child);
/* In a child that was forked: all of this is its parent's. Restores what SIGCHLD did there before. */
void children_forget(void);

/* Waits up to timeout_ms (negative: for ever) until child has ended. 0, or -1 and ETIMEDOUT. */
int children_await(struct process_child *child, int timeout_ms);
bool children_ended(struct process_child *child);

/* -1 and errno where the caller may not work on p. */
int children_check(const struct process *p);

/* Terminates the daemons, then waits for all. */
void children_end(void);

/* Who this process is. */
struct self {
    struct process *current, parent;
    unsigned objects; /* made by it */
    bool is_child;    /* process_start made it */
};
extern struct self self;

/* Ends the process as a program ends (once is enough), or as a forked child. */
int exit_as_program(void);
int exit_as_child(void);

/* Starts p anew by exec. Returns its pid in the parent, -1 and errno. */
pid_t spawn_exec(const struct process *p);
bool spawn_before_guard(void);
int spawn_check(const struct process *p);

#endif
