/* internal.h - what the files of this directory share. */
#ifndef PROCESS_INTERNAL_H
#define PROCESS_INTERNAL_H

#include <stdbool.h>
#include <time.h>
#include <timeslice/process.h>

/* child.c: the children of this process, in the order of their starts. */

enum child_state {
    CHILD_RUNS,
    CHILD_ENDED, /* waited for, code is its exit code */
    CHILD_LOST,  /* somebody else waited for it */
};

/* What is known of a child. The object it was started from may be gone, so nothing here looks into it. */
struct process_child {
    struct process_child *next;
    struct process *object; /* handed out by process_active_children, never followed */
    pid_t pid;
    int sentinel; /* its pidfd */
    bool daemon;
    enum child_state state;
    int code;
};

/* The first of this process's own children; never those that a fork has copied from another one. */
struct process_child *children_first(void);
void children_add(struct process_child *child);
void children_remove(struct process_child *child);
void children_forget(void);

/* Looks, without waiting, whether the child still runs, and keeps its exit code if not. */
bool child_runs(struct process_child *child);

/* Waits for the child's end, however long that takes. */
void child_reap(struct process_child *child);

/* A moment in the future, or never. */
struct deadline {
    bool never;
    struct timespec at; /* CLOCK_MONOTONIC */
};

struct deadline deadline_after(int timeout_ms);
bool deadline_passed(const struct deadline *deadline);

/* Sleeps until fd is readable or the deadline has passed; may wake up earlier, so ask again. */
void wait_readable(int fd, const struct deadline *deadline);

/* exit.c */

int flush_all(void);
int end_of_program_prepare(void); /* in a process that is about to start its first child */
int end_of_child_prepare(void);   /* in a forked child, before its run */
_Noreturn void end_of_child(int status);

/* init.c */

extern const struct process_class target_class; /* of every object made by process_init_target */
void numbers_begin(void);

/* spawn.c */

int spawn_refused(void); /* EDEADLK in a spawned child that has not yet come to process_spawn_main */
int spawn_check(const struct process *p);
pid_t spawn_start(const struct process *p);

/* tree.c */

/* The child's part of a start: this process is now p, started by the process that parent and parent_name tell. */
void tree_become(struct process *p, pid_t parent, const char *parent_name);

/* Whether p is one of the objects that stand for the caller (process_current), or for who has started it. */
bool is_current(const struct process *p);
bool is_parent(const struct process *p);

/* What every function begins with that only the maker of an object may call: EINVAL, ECHILD. */
int check_maker(const struct process *p);

#endif
