/* events.h - what the scenarios are written with: events in words, and processes that must start and end. */
#ifndef CPYTHON_EVENTS_H
#define CPYTHON_EVENTS_H

#include <stdbool.h>
#include <timeslice/process.h>

struct event {
    int read_end, write_end;
};

/* Prints one event. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Answers in words. */
const char *yes(bool answer);
const char *refused(int result);

/* A refused process_is_alive shows it only in errno. */
const char *alive_refused(struct process *p);

/* The exit code of p, or "none". */
const char *code_of(const struct process *p);

/* Ends the program if result is an error. */
void require(int result, const char *what);

/* An event that one process sets and others wait for. */
void event_open(struct event *event);
void event_wait(const struct event *event);
void event_set(const struct event *event);

/* Targets that end at once, and never. */
int nothing(void *unused);
int for_ever(void *unused);

/* Makes a process; makes and starts one; joins it; kills and joins it; makes, starts, joins and closes one. */
void make(struct process *p, process_target *target, void *arg, const char *name, enum process_daemon daemon);
void start(struct process *p, process_target *target, void *arg);
void join(struct process *p);
void end_it(struct process *p);
void run(process_target *target, void *arg);

/* The name of the current process. */
const char *own_name(void);
/* A target that prints it. */
int say_name(void *unused);

#endif
