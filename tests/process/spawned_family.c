/* spawned_family.c - targets of spawned children that print what they are, and that have children of their own.
 *
 * They run in a program that the test has spawned. Their standard output is a pipe that the test reads (reports.h). */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/spawned.h"
#include "support/process/children.h"

static int nothing(void *arg) {
    (void)arg;
    return 0;
}

static void tell_self(void) {
    struct process *self = process_current(), *parent = process_parent(), made;
    bool right = parent != NULL && process_pid(parent) == getppid() && process_is_alive(parent) &&
                 process_pid(self) == getpid() && process_is_alive(self) && process_active_children(NULL, 0) == 0;
    int result = process_init_target(&made, nothing, NULL, NULL);
    printf("%s of ", process_name(self));
    printf("%s %d %d, makes ", parent != NULL ? process_name(parent) : "nobody", right, process_is_daemon(self));
    printf("%s\n", result == 0 ? process_name(&made) : "nothing");
    fflush(stdout);
}

int spawned_descend(void *arg) {
    struct spawned_descent next = {.methods = ""};
    struct process child;
    const char *methods = ((struct spawned_descent *)arg)->methods;
    struct process_options options = {.method = *methods == 's' ? PROCESS_SPAWN : PROCESS_FORK,
                                      .arg_size = sizeof next};
    int code = -1;
    tell_self();
    if (*methods == '\0')
        return SPAWNED_FINE;
    strcpy(next.methods, methods + 1);
    if (process_init_target(&child, spawned_descend, &next, &options) != 0 || process_start(&child) != 0) {
        printf("%s cannot start a process: %s\n", process_name(process_current()), strerrorname_np(errno));
        return 1;
    }
    code = code_at_end(&child);
    return code;
}

int spawned_tell_place(void *arg) {
    char folder[PATH_MAX];
    struct stat in = {.st_ino = 0}, err = {.st_ino = 0};
    (void)arg;
    fstat(STDIN_FILENO, &in);
    fstat(STDERR_FILENO, &err);
    printf("%s %s %lu %lu\n", getcwd(folder, sizeof folder) != NULL ? folder : "nowhere", getenv(SPAWNED_PLACE),
           (unsigned long)in.st_ino, (unsigned long)err.st_ino);
    return SPAWNED_FINE;
}

int spawned_end(void *arg) {
    const struct spawned_end *end = arg;
    printf("buffered");
    if (end->how == SPAWNED_EXITS)
        exit(end->number);
    if (end->how == SPAWNED_DIES)
        raise(end->number);
    return end->number;
}

static void say(const char *line) {
    ssize_t written = write(STDOUT_FILENO, line, strlen(line));
    (void)written;
}

static void end_as_told(int signal) {
    (void)signal;
    say("a daemon caught SIGTERM\n");
    _exit(0);
}

/* The parent may end without a word. Then there is another parent, and nobody tells this process to end. */
int spawned_catch_sigterm(void *arg) {
    (void)arg;
    signal(SIGTERM, end_as_told);
    kill(getppid(), SIGUSR1);
    pause();
    return 0;
}

static int end_after_the_starter_waits(void *arg) {
    (void)arg;
    say(await_starter() ? "the other ends\n" : "the other is left alone\n");
    return 0;
}

/* Starts a daemon and waits until it has its handler. SIGUSR1 is blocked here and in the daemon, so it cannot be late.
 */
static bool start_daemon(struct process *p, enum process_start_method method) {
    sigset_t ready;
    int number;
    sigemptyset(&ready);
    sigaddset(&ready, SIGUSR1);
    sigprocmask(SIG_BLOCK, &ready, NULL);
    return process_init_target(
               p, spawned_catch_sigterm, NULL,
               &(struct process_options){.name = "daemon", .daemon = PROCESS_DAEMON_YES, .method = method}) == 0 &&
           process_start(p) == 0 && sigwait(&ready, &number) == 0;
}

int spawned_leave_family(void *arg) {
    static struct process daemons[2];
    if (!start_daemon(&daemons[0], PROCESS_FORK) || !start_daemon(&daemons[1], PROCESS_SPAWN))
        return 1;
    return spawned_leave_child(arg);
}

int spawned_leave_child(void *arg) {
    static struct process other;
    const struct process_options options = {.name = "other"};
    if (process_init_target(&other, end_after_the_starter_waits, NULL, &options) != 0 || process_start(&other) != 0)
        return 1;
    if (arg != NULL)
        exit(5);
    return 5;
}

int spawned_watch_parent(void *arg) {
    char byte;
    (void)arg;
    do {
        printf("parent %d\n", process_is_alive(process_parent()));
        fflush(stdout);
    } while (read(STDIN_FILENO, &byte, 1) == 1);
    return SPAWNED_FINE;
}

static void tell_failure(const char *what, int result) {
    int error = errno;
    printf("%s %d %s\n", what, result, strerrorname_np(error));
}

int spawned_be_refused(void *arg) {
    struct process *objects[] = {process_current(), process_parent()};
    static const char *const names[] = {"current", "parent"};
    (void)arg;
    for (int i = 0; i < 2; i++) {
        printf("%s\n", names[i]);
        tell_failure("join", process_join(objects[i], -1));
        tell_failure("terminate", process_terminate(objects[i]));
        tell_failure("close", process_close(objects[i]));
        tell_failure("sentinel", process_sentinel(objects[i]));
    }
    return SPAWNED_FINE;
}

int spawned_run_another(void *arg) {
    (void)arg;
    return run_ordinary_program();
}
