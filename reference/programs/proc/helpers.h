/* helpers.h - what all commands of timeslice-proc use: checked calls, and events between processes. */
#ifndef PROC_HELPERS_H
#define PROC_HELPERS_H

#include <timeslice/process.h>

/* If result is an error, says what failed and ends the program. */
void check(int result, const char *what);

/* An event that happens once. One process waits for it, and another process sets it. */
struct event {
    int ends[2];
};

void event_open(struct event *event);
void event_set(const struct event *event);
void event_wait(const struct event *event);
void event_close(const struct event *event);

/* Makes p a process that calls target(arg), and starts it. */
void start(struct process *p, process_target *target, void *arg, const struct process_options *options);

/* Waits until p has ended, and closes it. */
void join(struct process *p);

#endif
