/* helpers.c - checked calls, and events between processes. */
#include "helpers.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void check(int result, const char *what) {
    if (result >= 0)
        return;
    perror(what);
    exit(2);
}

void event_open(struct event *event) {
    check(pipe(event->ends), "pipe");
}

void event_set(const struct event *event) {
    check((int)write(event->ends[1], "", 1), "write");
}

void event_wait(const struct event *event) {
    char byte;
    check((int)read(event->ends[0], &byte, 1), "read");
}

void event_close(const struct event *event) {
    close(event->ends[0]);
    close(event->ends[1]);
}

void start(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    check(process_init_target(p, target, arg, options), "process_init_target");
    check(process_start(p), "process_start");
}

void join(struct process *p) {
    check(process_join(p, -1), "process_join");
    check(process_close(p), "process_close");
}
