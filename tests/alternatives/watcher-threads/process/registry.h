/* registry.h - what the files of this solution share: children with a thread each that watches for the end. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <timeslice/process.h>

enum phase { RUNS, ENDED, LOST };

struct process_child {
    pid_t pid;
    bool daemon;
    enum phase phase;
    int code; /* where phase is ENDED */
    int over; /* an eventfd that the watcher makes readable at the end */
    pthread_t watcher;
    struct process *object;
    struct process_child *older, *younger;
    int socket;  /* what a spawned child is told goes here, or -1 */
    size_t size; /* so many bytes */
    unsigned char letter[];
};

/* The identity of this process. */
extern struct process registry_main;
extern struct process *registry_self;
extern struct process *registry_starter; /* NULL in a main process */
extern unsigned registry_made;

/* A record for a child, with room for a letter. NULL and errno. */
struct process_child *registry_new(struct process *object, size_t letter_size);
/* Frees a record that is not in the registry. Keeps errno. */
void registry_free(struct process_child *child);
/* Puts it in and starts its watcher. 0, or -1 and errno: then the process is gone. */
int registry_watch(struct process_child *child);
void registry_remove(struct process_child *child);
struct process_child *registry_oldest(void);

/* What a process is after its fork: knows no children, and who it is. */
void registry_become(struct process *self, const char *starter_name, pid_t starter_pid);

/* Waits until nanosecond `until` of the monotonic clock (INT64_MAX: for ever). RUNS where that came first. */
enum phase registry_wait(struct process_child *child, int64_t until);
enum phase registry_look(struct process_child *child);
int64_t monotonic_ns(void);

/* EINVAL, ECHILD, ESRCH or 0. */
int registry_refusal(const struct process *p);

/* Sees to the children when exit is called. 0, or -1 and errno. */
int ending_arrange(void);

int spawn_refusal(const struct process *p);
int spawn_guard_refusal(void);
struct process_child *spawn_begin(struct process *p);

#endif
