/* spawn_family.c - spawned children that tell by their standard output what they are, and that have children.
 *
 * Their targets are in spawned_family.c. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/spawned.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/reports.h"

/* A spawned child, and what it and its descendants have printed. */
struct report {
    int code;
    const char *text;
};

/* Registers all targets and starts p, whose standard output goes to a pipe. */
static void launch_with_report(struct process *p, process_target *target, void *arg,
                               const struct process_options *options) {
    expect_int(spawned_register(), 0, "registering the targets");
    reports_begin();
    bool started = process_init_target(p, target, arg, options) == 0 && process_start(p) == 0;
    reports_stop();
    expect_true(started, "the process is made and started");
}

/* The same, then waits for the end of the child. */
static struct report report_of(process_target *target, void *arg, struct process_options options) {
    struct process p;
    struct report report;
    options.method = PROCESS_SPAWN;
    launch_with_report(&p, target, arg, &options);
    report.code = code_at_end(&p);
    report.text = reports_so_far();
    reports_end();
    process_close(&p);
    return report;
}

static void expect_generations(const char *methods, const char *name, const char *expected) {
    struct spawned_descent descent = {.methods = ""};
    strcpy(descent.methods, methods);
    struct report report =
        report_of(spawned_descend, &descent, (struct process_options){.name = name, .arg_size = sizeof descent});
    expect_text(
        report.text, expected,
        "%zu generations print their name, parent's name, whether pids and lives are right, daemon, first object",
        strlen(methods) + 1);
}

Test(proc_spawn, knows_itself_at_every_depth, .timeout = 10,
     .description = "PROC-SPAWN-007d PROC-SPAWN-007 PROC-SPAWN-007a PROC-SPAWN-007b PROC-TREE-003a: two families of "
                    "four generations") {
    expect_generations("sfs", NULL,
                       "Process-1 of MainProcess 1 0, makes Process-1:1\n"
                       "Process-1:2 of Process-1 1 0, makes Process-1:2:1\n"
                       "Process-1:2:2 of Process-1:2 1 0, makes Process-1:2:2:1\n"
                       "Process-1:2:2:2 of Process-1:2:2 1 0, makes Process-1:2:2:2:1\n");
    expect_generations("fss", "net",
                       "net of MainProcess 1 0, makes Process-2:1\n"
                       "Process-2:2 of net 1 0, makes Process-2:2:1\n"
                       "Process-2:2:2 of Process-2:2 1 0, makes Process-2:2:2:1\n"
                       "Process-2:2:2:2 of Process-2:2:2 1 0, makes Process-2:2:2:2:1\n");
}

static char long_name[PROCESS_NAME_MAX + 1];

/* Runs in a child with a long name. Spawns a child with the same name. Returns what the child returns. */
static int spawn_with_the_long_name(void *arg) {
    struct process p;
    struct spawned_self self = {.daemon = false, .parent_pid = getpid(), .child_name = "Process-1:1:1"};
    const struct process_options options = {.name = long_name, .method = PROCESS_SPAWN, .arg_size = sizeof self};
    int code = -1;
    (void)arg;
    strcpy(self.name, long_name);
    strcpy(self.parent_name, long_name);
    if (process_init_target(&p, spawned_compare_self, &self, &options) != 0 || process_start(&p) != 0)
        return 1;
    code = code_at_end(&p);
    return code;
}

Test(proc_spawn, knows_long_names, .timeout = 10,
     .description = "PROC-SPAWN-007e: child and parent with the same 255 bytes, each value from 1 to 255 once") {
    struct process p;
    for (int i = 0; i < PROCESS_NAME_MAX; i++)
        long_name[i] = (char)(i + 1);
    expect_int(spawned_register(), 0, "registering the targets");
    launch_as(&p, spawn_with_the_long_name, NULL, &(struct process_options){.name = long_name});
    expect_int(code_at_end(&p), SPAWNED_FINE,
               "the exit code: 42 is right; wrong is 101 its name, 103 its parent's name, 1 it could not be started");
    process_close(&p);
}

/* Overwrites argv[0] of this process, so that nothing can find the program by it. */
static void forget_the_path(void) {
    static char *arguments[] = {"no-such-program", NULL};
    memset(program_invocation_name, '-', strlen(program_invocation_name));
    program_invocation_name = program_invocation_short_name = arguments[0];
    expect_int(process_spawn_main(1, arguments), 0, "process_spawn_main with the name of no program");
    setenv("PATH", "/nowhere", 1);
}

Test(proc_spawn, finds_the_program_in_every_place, .timeout = 10,
     .description = "PROC-SPAWN-001b PROC-SPAWN-001c: argv[0] overwritten, PATH wrong, new working directory and "
                    "variable") {
    forget_the_path();
    require(chdir("/") == 0, "change the working directory");
    setenv(SPAWNED_PLACE, "set before the start", 1);
    struct stat in, err;
    char expected[128];
    require(fstat(STDIN_FILENO, &in) == 0 && fstat(STDERR_FILENO, &err) == 0, "look at the standard descriptors");
    snprintf(expected, sizeof expected, "/ set before the start %lu %lu\n", (unsigned long)in.st_ino,
             (unsigned long)err.st_ino);
    struct report report = report_of(spawned_tell_place, NULL, (struct process_options){.arg_size = 0});
    expect_text(report.text, expected, "the working directory, the variable and the standard descriptors of the child");
    expect_int(report.code, SPAWNED_FINE, "its exit code");
}

Test(proc_spawn, ends_as_a_forked_child_does, .timeout = 10,
     .description = "PROC-SPAWN-001e PROC-SPAWN-001f PROC-SPAWN-001: eight ways to end, each with text in the buffer") {
    static const struct {
        struct spawned_end end;
        int code;
    } cases[] = {
        {{SPAWNED_RETURNS, 0}, 0},
        {{SPAWNED_RETURNS, 300}, 44},
        {{SPAWNED_RETURNS, -1}, 255},
        {{SPAWNED_EXITS, 0}, 0},
        {{SPAWNED_EXITS, 7}, 7},
        {{SPAWNED_EXITS, 256}, 0},
        {{SPAWNED_DIES, SIGTERM}, -SIGTERM},
        {{SPAWNED_DIES, SIGUSR2}, -SIGUSR2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spawned_end end = cases[i].end;
        struct report report = report_of(spawned_end, &end, (struct process_options){.arg_size = sizeof end});
        const char *how = end.how == SPAWNED_RETURNS ? "returns" : end.how == SPAWNED_EXITS ? "exits with" : "dies of";
        expect_int(report.code, cases[i].code, "the exit code of a target that %s %d", how, end.number);
        if (end.how != SPAWNED_DIES)
            expect_text(report.text, "buffered", "what a target printed that %s %d", how, end.number);
    }
}

/* Starts a child that waits for its standard input. Returns the other end of this pipe. */
static int launch_reader(struct process *p) {
    const struct process_options options = {.method = PROCESS_SPAWN};
    int ends[2], saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 64);
    require(saved != -1 && pipe2(ends, O_CLOEXEC) == 0 && dup2(ends[0], STDIN_FILENO) != -1, "redirect standard input");
    close(ends[0]);
    expect_int(spawned_register(), 0, "registering the targets");
    launch_as(p, spawned_read_stdin, NULL, &options);
    dup2(saved, STDIN_FILENO);
    close(saved);
    return ends[1];
}

/* What the functions give for a process that waits until it is ended in this way. */
struct answers {
    int alive, exitcode, join, close, readable, end, alive_after, join_after, exitcode_after, code, close_after;
};

/* The error of a call, or 0. */
static int error_of(int result) {
    return result == -1 ? errno : result;
}

static struct answers answers_of(struct process *p, int (*end)(struct process *)) {
    struct answers got = {.alive = process_is_alive(p), .code = -1000};
    pid_t pid = process_pid(p);
    got.exitcode = error_of(process_exitcode(p, &got.code));
    got.join = error_of(process_join(p, 0));
    got.readable = is_readable(process_sentinel(p));
    got.end = error_of(end(p));
    kill(pid, SIGKILL); /* in case the call has not ended it; a signal that came first counts */
    await_end(p);
    got.alive_after = process_is_alive(p);
    got.join_after = error_of(process_join(p, -1));
    got.exitcode_after = error_of(process_exitcode(p, &got.code));
    got.close_after = error_of(process_close(p));
    return got;
}

static void expect_signal_ends_it(int (*end)(struct process *), const char *what) {
    struct process spawned, forked;
    int input = launch_reader(&spawned);
    launch(&forked, hold, NULL);
    struct answers got = answers_of(&spawned, end), expected = answers_of(&forked, end);
    close(input);
    expect_int(got.alive, expected.alive, "%s: whether it is alive before, as a forked child", what);
    expect_int(got.exitcode, expected.exitcode, "%s: the error of its exit code before", what);
    expect_int(got.join, expected.join, "%s: the error of a join before", what);
    expect_int(got.readable, expected.readable, "%s: whether its sentinel is readable before", what);
    expect_int(got.end, expected.end, "%s: the result", what);
    expect_int(got.alive_after, expected.alive_after, "%s: whether it is alive after its end", what);
    expect_int(got.join_after, expected.join_after, "%s: the error of a join after its end", what);
    expect_int(got.exitcode_after, expected.exitcode_after, "%s: the error of its exit code after its end", what);
    expect_int(got.code, expected.code, "%s: its exit code", what);
    expect_int(got.close_after, expected.close_after, "%s: the error of the close after its end", what);
}

Test(proc_spawn, is_joined_and_ended_like_others, .timeout = 10,
     .description = "PROC-SPAWN-001d: a child that waits for its input is terminated, another one is killed") {
    gates_open();
    expect_signal_ends_it(process_terminate, "terminating it");
    expect_signal_ends_it(process_kill, "killing it");
    gates_close();
}

Test(proc_tree, lists_spawned_children, .timeout = 10,
     .description = "PROC-TREE-005d PROC-TREE-005: two spawned children, and a forked one between them") {
    struct process p[3], *found[3] = {NULL};
    int inputs[2];
    gates_open();
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    inputs[0] = launch_reader(&p[0]);
    launch(&p[1], hold, NULL);
    inputs[1] = launch_reader(&p[2]);
    expect_int(process_active_children(found, 3), 3, "how many children are active");
    expect_true(found[0] == &p[0] && found[1] == &p[1] && found[2] == &p[2], "out[] holds all three in order");
    let_pass(0, 1);
    close(inputs[0]);
    close(inputs[1]);
    for (int i = 0; i < 3; i++)
        put_away(&p[i]);
    gates_close();
}

/* How often a text holds a line. */
static int count_of(const char *text, const char *line) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, line)) != NULL; at++)
        count++;
    return count;
}

/* Whether the child waits for its daemons is a matter of PROC-DAEMON-004. */
static void expect_daemons_caught(bool by_exit) {
    struct process p;
    const struct process_options options = {.method = PROCESS_SPAWN, .arg_size = by_exit ? 1 : 0};
    adopt_orphans();
    launch_with_report(&p, spawned_leave_family, "", &options);
    expect_true(code_at_end(&p) != 1, "a spawned child starts two daemons and %s", by_exit ? "exits" : "returns");
    process_close(&p);
    end_of_all();
    expect_int(count_of(reports_so_far(), "a daemon caught SIGTERM\n"), 2, "how many of its daemons caught SIGTERM");
    reports_end();
}

Test(proc_daemon, of_a_spawned_child_is_terminated, .timeout = 10,
     .description = "PROC-DAEMON-003d PROC-DAEMON-003a: a forked and a spawned daemon; the child returns or exits") {
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    expect_daemons_caught(false);
    expect_daemons_caught(true);
}

static void expect_waited(bool by_exit) {
    struct report report = report_of(spawned_leave_child, "", (struct process_options){.arg_size = by_exit ? 1 : 0});
    expect_int(report.code, 5, "the exit code of a spawned child that %s", by_exit ? "calls exit(5)" : "returns 5");
    expect_int(count_of(report.text, "the other ends\n"), 1,
               "whether its child that is no daemon had ended by itself before that");
}

Test(proc_daemon, or_other_child_of_a_spawned_child_is_waited_for, .timeout = 10,
     .description = "PROC-DAEMON-004g: a child that ends while the spawned child waits for it") {
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    expect_waited(false);
    expect_waited(true);
}

/* A program that spawns a child and waits until a signal kills it. */
static int spawn_the_watcher(void *arg) {
    static struct process p;
    (void)arg;
    if (spawned_register() != 0 ||
        process_init_target(&p, spawned_watch_parent, NULL, &(struct process_options){.method = PROCESS_SPAWN}) != 0 ||
        process_start(&p) != 0)
        return 1;
    for (;;)
        pause();
}

Test(proc_tree, knows_in_a_spawned_child_whether_the_parent_lives, .timeout = 10,
     .description = "PROC-TREE-004c PROC-TREE-004b: it asks twice before its parent is killed, and twice after that") {
    int ends[2];
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    require(pipe2(ends, O_CLOEXEC) == 0 && dup2(ends[0], STDIN_FILENO) != -1, "redirect standard input");
    close(ends[0]);
    adopt_orphans();
    reports_begin();
    pid_t program = program_start(spawn_the_watcher, NULL);
    reports_stop();
    for (int i = 0; i < 2; i++) {
        expect_text(reports_next(), "parent 1\n", "what the child prints while its parent lives");
        if (i == 0)
            require(write(ends[1], "x", 1) == 1, "write to a pipe");
    }
    kill(program, SIGKILL);
    await_zombie(program);
    for (int i = 0; i < 2; i++) {
        require(write(ends[1], "x", 1) == 1, "write to a pipe");
        expect_text(reports_next(), "parent 0\n", "what the child prints after the end of its parent");
    }
    end_of(program);
    close(ends[1]);
    reports_end();
    while (has_children())
        waitpid(-1, NULL, 0);
}

Test(proc_spawn, leaves_no_mark_for_other_programs, .timeout = 10,
     .description = "PROC-SPAWN-006b: a spawned child runs an ordinary program, after the guard and "
                    "before it") {
    struct report after = report_of(spawned_run_another, NULL, (struct process_options){.arg_size = 0});
    expect_int(after.code, SPAWNED_FINE,
               "the exit code of an ordinary program that starts processes, run by the target: 42 is right");
    setenv(SPAWNED_VARIABLE, SPAWNED_RUNS_ANOTHER, 1);
    struct report before = report_of(spawned_run_another, NULL, (struct process_options){.arg_size = 0});
    expect_int(before.code, SPAWNED_FINE, "the exit code of the same program, run before the guard");
}

static void expect_to_start(const char *method, const char *what) {
    struct spawned_descent descent = {.methods = ""};
    strcpy(descent.methods, method);
    struct report report = report_of(spawned_descend, &descent, (struct process_options){.arg_size = sizeof descent});
    int generations = (int)strlen(method) + 1;
    expect_int(count_of(report.text, "\n"), generations, "how many generations there are after a child that %s", what);
}

Test(proc_spawn, starts_what_it_likes_after_the_guard, .timeout = 10,
     .description = "PROC-SPAWN-006a: the target forks a process, and another target spawns one, which forks one") {
    expect_to_start("f", "forks a process");
    expect_to_start("sf", "spawns a process that forks one");
}

Test(proc_spawn, makes_the_child_no_maker_of_itself, .timeout = 10,
     .description = "PROC-SPAWN-007a PROC-TERM-005b PROC-RULE-002d: join, terminate, close and sentinel of itself and "
                    "of its parent") {
    struct report report = report_of(spawned_be_refused, NULL, (struct process_options){.arg_size = 0});
    expect_text(report.text,
                "current\njoin -1 EDEADLK\nterminate -1 ECHILD\nclose -1 ECHILD\nsentinel -1 ECHILD\n"
                "parent\njoin -1 ECHILD\nterminate -1 ECHILD\nclose -1 ECHILD\nsentinel -1 ECHILD\n",
                "the results in a spawned child");
    expect_int(report.code, SPAWNED_FINE, "its exit code");
}
