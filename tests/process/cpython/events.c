/* events.c - prints events, and starts and ends processes. Where the lab refuses, the program ends. */
#include "events.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    puts("");
    fflush(stdout);
}

const char *yes(bool answer) {
    return answer ? "yes" : "no";
}

const char *refused(int result) {
    return result < 0 ? "refused" : "done";
}

const char *alive_refused(struct process *p) {
    errno = 0;
    process_is_alive(p);
    return refused(errno == ECHILD || errno == EINVAL ? -1 : 0);
}

const char *code_of(const struct process *p) {
    static char text[16];
    int code;
    if (process_exitcode(p, &code) < 0)
        return "none";
    snprintf(text, sizeof text, "%d", code);
    return text;
}

void require(int result, const char *what) {
    if (result >= 0)
        return;
    perror(what);
    _exit(99);
}

void event_open(struct event *event) {
    int ends[2];
    require(pipe(ends), "pipe");
    *event = (struct event){ends[0], ends[1]};
}

void event_wait(const struct event *event) {
    char byte;
    close(event->write_end);
    require((int)read(event->read_end, &byte, 1), "read");
}

void event_set(const struct event *event) {
    require((int)write(event->write_end, "x", 1), "write");
}

int nothing(void *unused) {
    (void)unused;
    return 0;
}

int for_ever(void *unused) {
    (void)unused;
    while (pause() < 0)
        continue;
    return 0;
}

void make(struct process *p, process_target *target, void *arg, const char *name, enum process_daemon daemon) {
    struct process_options options = {.name = name, .daemon = daemon};
    require(process_init_target(p, target, arg, &options), "process_init_target");
}

void start(struct process *p, process_target *target, void *arg) {
    make(p, target, arg, NULL, PROCESS_DAEMON_INHERIT);
    require(process_start(p), "process_start");
}

void join(struct process *p) {
    require(process_join(p, -1), "process_join");
}

void end_it(struct process *p) {
    require(process_kill(p), "process_kill");
    join(p);
}

void run(process_target *target, void *arg) {
    struct process p;
    start(&p, target, arg);
    join(&p);
    process_close(&p);
}

const char *own_name(void) {
    return process_name(process_current());
}

int say_name(void *unused) {
    (void)unused;
    say("%s runs", own_name());
    return 0;
}
