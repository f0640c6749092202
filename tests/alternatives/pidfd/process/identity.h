/* identity.h - who this process is. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>
#include <timeslice/process.h>

/* A process that was started has a self of its own; the main process has none. */
struct identity {
    struct process *self;
    struct process starter;
    unsigned made; /* objects */
    pid_t at_exit; /* the process that has its handler of exit in place */
};

extern struct identity identity;

/* This process is p, which was started by one with this name and pid. */
void identity_assume(struct process *p, const char *starter_name, pid_t starter_pid);

/* Puts the handler of exit in place. -1 and errno. */
int identity_will_end(void);

/* For PROCESS_SPAWN: 0 or the errno of what speaks against it; the same because of the guard; and the start. */
int spawn_objection(const struct process *p);
int spawn_guard_objection(void);
pid_t spawn_start(const struct process *p);

#endif
