/* spawned.c - how the program of the tests begins as a spawned child, and which targets it runs there.
 *
 * Theory of operation. A spawned child executes this program again. This program is the bank, and its main belongs to
 * the executor or to Criterion. The main guard must run before that main. So a constructor calls it. The C library runs
 * constructors before main, and glibc gives them the arguments of main. The constructor recognises a spawned child by
 * the flag, as the contract says. The tests also put SPAWNED_VARIABLE into the environment, and their children inherit
 * it. A program that finds this variable never continues to main, with the flag or without it. In main the bank would
 * run all its tests, and they would spawn again.
 */
#include "spawned.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/require.h"
#include "support/faults/partial_io.h"

int spawned_variable = SPAWNED_FINE;

static bool begun_anew; /* whether this program was executed with the flag */

int spawned_register(void) {
    static const struct {
        const char *name;
        process_target *target;
    } targets[] = {
        {"begun anew", spawned_begun_anew},
        {"check bytes", spawned_check_bytes},
        {"read variable", spawned_read_variable},
        {"compare self", spawned_compare_self},
        {"count descriptors", spawned_count_descriptors},
        {"read standard input", spawned_read_stdin},
        {"descend", spawned_descend},
        {"tell place", spawned_tell_place},
        {"end", spawned_end},
        {"leave family", spawned_leave_family},
        {"leave child", spawned_leave_child},
        {"catch SIGTERM", spawned_catch_sigterm},
        {"watch parent", spawned_watch_parent},
        {"be refused", spawned_be_refused},
        {"run another", spawned_run_another},
        {"expect NULL", spawned_expect_null},
    };
    static char long_name[PROCESS_NAME_MAX + 1];
    memset(long_name, 't', PROCESS_NAME_MAX);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (process_register(targets[i].name, targets[i].target) != 0)
            return -1;
    return process_register(long_name, spawned_long_named);
}

static int nothing(void *arg) {
    (void)arg;
    return 0;
}

/* Tries to start a process. Returns UNGUARDED_BOTH_EDEADLK after EDEADLK, if_started if the process started, and
 * UNGUARDED_OTHER after any other error. */
static int start_too_early(enum process_start_method method, int if_started) {
    struct process p;
    const struct process_options options = {.method = method};
    if (process_init_target(&p, nothing, NULL, &options) != 0)
        return UNGUARDED_OTHER;
    int result = process_start(&p), error = errno;
    if (result == 0)
        waitpid(process_pid(&p), NULL, 0);
    return result == 0 ? if_started : error == EDEADLK ? UNGUARDED_BOTH_EDEADLK : UNGUARDED_OTHER;
}

static _Noreturn void go_without_guard(void) {
    setenv(SPAWNED_VARIABLE, "child of the unguarded",
           1); /* so that a child of this one ends at once and starts no others */
    process_register("nothing", nothing);
    int code = start_too_early(PROCESS_FORK, UNGUARDED_FORK_STARTED);
    if (code == UNGUARDED_BOTH_EDEADLK)
        code = start_too_early(PROCESS_SPAWN, UNGUARDED_SPAWN_STARTED);
    _exit(code);
}

int run_ordinary_program(void) {
    char *argv[] = {"ordinary", "--other", PROCESS_SPAWN_FLAG, NULL};
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        setenv(SPAWNED_VARIABLE, SPAWNED_ORDINARY, 1);
        execv("/proc/self/exe", argv);
        _exit(1);
    }
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Its guard must do nothing, and both start methods must work: the result of a spawned child is begun_anew there. */
static _Noreturn void be_ordinary(int argc, char **argv) {
    static const enum process_start_method methods[] = {PROCESS_FORK, PROCESS_SPAWN};
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    for (int i = 0; i < 2; i++) {
        struct process p;
        int code = -1;
        if (spawned_register() != 0 || (i > 0 && process_spawn_main(argc, argv) != 0) ||
            process_init_target(&p, spawned_read_variable, NULL, &(struct process_options){.method = methods[i]}) !=
                0 ||
            process_start(&p) != 0 || process_join(&p, -1) != 0 || process_exitcode(&p, &code) != 0 ||
            code != SPAWNED_FINE)
            _exit(1 + i);
    }
    _exit(SPAWNED_FINE);
}

__attribute__((constructor)) static void begin_as_spawned_child(int argc, char **argv) {
    const char *how = getenv(SPAWNED_VARIABLE);
    begun_anew = argc > 1 && strcmp(argv[1], PROCESS_SPAWN_FLAG) == 0;
    if (!begun_anew && how == NULL)
        return;
    if (!begun_anew && strcmp(how, SPAWNED_ORDINARY) == 0)
        be_ordinary(argc, argv);
    if (!begun_anew)
        _exit(SPAWNED_WITHOUT_FLAG);
    if (how != NULL && strcmp(how, SPAWNED_RUNS_ANOTHER) == 0)
        _exit(run_ordinary_program());
    if (how != NULL && strcmp(how, SPAWNED_UNGUARDED) == 0)
        go_without_guard();
    bool roughly = how != NULL && strcmp(how, SPAWNED_ROUGHLY) == 0;
    if (roughly)
        partial_io_start(3, (struct partial_io){.most = 700, .waiting = -1});
    if ((roughly || how == NULL || strcmp(how, SPAWNED_GUARDED) == 0) && spawned_register() == 0)
        process_spawn_main(argc, argv);
    _exit(SPAWNED_PAST_THE_GUARD);
}

int spawned_begun_anew(void *arg) {
    (void)arg;
    return begun_anew ? SPAWNED_FINE : 1;
}

int spawned_late(void *arg) {
    return spawned_begun_anew(arg);
}

int spawned_long_named(void *arg) {
    return spawned_begun_anew(arg);
}

/* The hash FNV-1a. */
unsigned spawned_sum(const unsigned char *bytes, size_t count) {
    uint32_t sum = 2166136261U;
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ bytes[i]) * 16777619U;
    return sum;
}

struct spawned_bytes *spawned_bytes_of(size_t count, unsigned char byte) {
    struct spawned_bytes *made = calloc(1, sizeof *made + count);
    require(made != NULL, "find memory");
    memset(made->bytes, byte, count);
    made->count = count;
    made->sum = spawned_sum(made->bytes, count);
    return made;
}

int spawned_check_bytes(void *arg) {
    struct spawned_bytes *given = arg;
    if (given == NULL || (uintptr_t)given % _Alignof(max_align_t) != 0)
        return 1;
    if (spawned_sum(given->bytes, given->count) != given->sum)
        return 2;
    memset(given->bytes, 0, given->count);
    return given->count == 0 || given->bytes[given->count - 1] == 0 ? SPAWNED_FINE : 3;
}

int spawned_expect_null(void *arg) {
    return arg == NULL ? SPAWNED_FINE : 1;
}

int spawned_read_variable(void *arg) {
    (void)arg;
    return spawned_variable;
}

/* The number of the caller's first field that differs from expected, counted from 1. 0 if none differs. */
static int first_difference(const struct spawned_self *expected) {
    struct process *self = process_current(), *parent = process_parent(), child;
    if (strcmp(process_name(self), expected->name) != 0 || process_pid(self) != getpid())
        return 1;
    if (process_is_daemon(self) != expected->daemon)
        return 2;
    if (parent == NULL || strcmp(process_name(parent), expected->parent_name) != 0)
        return 3;
    if (process_pid(parent) != expected->parent_pid || !process_is_alive(parent))
        return 4;
    if (process_init_target(&child, nothing, NULL, NULL) != 0 ||
        strcmp(process_name(&child), expected->child_name) != 0 || process_is_daemon(&child) != expected->daemon)
        return 5;
    int started = process_start(&child), error = errno;
    bool right = expected->daemon ? started == -1 && error == EPERM : started == 0;
    if (started == 0)
        waitpid(process_pid(&child), NULL, 0);
    return right ? 0 : 6;
}

int spawned_compare_self(void *arg) {
    int field = first_difference(arg);
    printf("field %d\n", field);
    return field == 0 ? SPAWNED_FINE : 100 + field;
}

int spawned_count_descriptors(void *arg) {
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    (void)arg;
    if (folder == NULL)
        return 1;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.' && atoi(entry->d_name) > STDERR_FILENO;
    closedir(folder);
    return 100 + count - 1; /* minus 1 for the descriptor of the folder itself */
}

int spawned_read_stdin(void *arg) {
    char bytes[64];
    ssize_t length;
    (void)arg;
    do
        length = read(STDIN_FILENO, bytes, sizeof bytes);
    while (length > 0 || (length == -1 && errno == EINTR));
    return length == 0 ? SPAWNED_FINE : 1;
}
