/* spawn.c - PROCESS_SPAWN: the child executes the program again, finds its target by name and gets its argument as
 * bytes.
 *
 * The code of the spawned children is in spawned.c. They have no descriptor of the test, so they report by their exit
 * codes. They run without Valgrind, also if the test runs under it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/spawned.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/seed.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/reports.h"

static void guard_spawned_children(void) {
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
}

TestSuite(proc_spawn, .init = guard_spawned_children);

static struct process_options spawn_with(size_t arg_size) {
    return (struct process_options){.method = PROCESS_SPAWN, .arg_size = arg_size};
}

/* Registers all targets, spawns one of them and checks its exit code. */
static void expect_spawned(process_target *target, void *arg, size_t arg_size, int expected, const char *what) {
    struct process p;
    const struct process_options options = spawn_with(arg_size);
    expect_int(spawned_register(), 0, "registering the targets");
    launch_as(&p, target, arg, &options);
    expect_int(code_at_end(&p), expected, "%s", what);
    process_close(&p);
}

/* Replaces standard input with the reading end of a pipe. Returns the writing end. *saved is the old standard input. */
static int pipe_to_stdin(int *saved) {
    int ends[2];
    *saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 64);
    require(*saved != -1 && pipe2(ends, O_CLOEXEC) == 0 && dup2(ends[0], STDIN_FILENO) != -1,
            "redirect standard input");
    close(ends[0]);
    return ends[1];
}

static void restore_stdin(int saved) {
    dup2(saved, STDIN_FILENO);
    close(saved);
}

Test(
    proc_spawn, runs_the_target_in_a_program_begun_anew, .timeout = 10,
    .description = "PROC-SPAWN-001 PROC-SPAWN-001a: one target that looks at argv, and one that reads standard input") {
    struct process p;
    const struct process_options options = spawn_with(0);
    int saved;
    expect_spawned(spawned_begun_anew, NULL, 0, SPAWNED_FINE,
                   "the exit code: 42 if the program was executed again with the flag as argv[1]");
    int stdin_end = pipe_to_stdin(&saved);
    launch_as(&p, spawned_read_stdin, NULL, &options);
    expect_int(process_is_alive(&p), true, "whether a child that reads its standard input, a pipe, is alive");
    close(stdin_end);
    restore_stdin(saved);
    await_end(&p);
    expect_int(code_at_end(&p), SPAWNED_FINE, "its exit code after the pipe is closed");
    process_close(&p);
}

/* Spawns a child with count random bytes, and overwrites them after the start. */
static void expect_bytes_arrive(size_t count) {
    struct process p;
    struct dice dice = dice_for("argument");
    const struct process_options options = spawn_with(sizeof(struct spawned_bytes) + count);
    struct spawned_bytes *given = calloc(1, options.arg_size); /* calloc, because the padding is written too */
    require(given != NULL, "find memory");
    dice_fill(&dice, given->bytes, count);
    given->count = count;
    given->sum = spawned_sum(given->bytes, count);
    step("an argument of %zu bytes", options.arg_size);
    launch_as(&p, spawned_check_bytes, given, &options);
    memset(given, 0xff, options.arg_size);
    expect_int(code_at_end(&p), SPAWNED_FINE,
               "the exit code: 42 is right; 1 not aligned, 2 changed, 3 cannot be written");
    process_close(&p);
    free(given);
}

Test(proc_spawn, hands_the_bytes_over, .timeout = 10,
     .description = "PROC-SPAWN-002 PROC-SPAWN-002a PROC-SPAWN-002b PROC-SPAWN-002c PROC-SPAWN-002d: a few bytes, "
                    "100,000 bytes, the maximum, and none") {
    expect_int(spawned_register(), 0, "registering the targets");
    expect_bytes_arrive(1);
    expect_bytes_arrive(100000);
    expect_bytes_arrive(PROCESS_ARG_MAX - sizeof(struct spawned_bytes));
    expect_spawned(spawned_expect_null, "ignored", 0, SPAWNED_FINE,
                   "the exit code: 42 if the argument is NULL, because arg_size is 0");
}

Test(proc_spawn, begins_with_initial_values, .timeout = 10,
     .description = "PROC-SPAWN-003: a variable that the parent changed before the start") {
    spawned_variable = 1;
    expect_spawned(spawned_read_variable, NULL, 0, SPAWNED_FINE,
                   "the child's value of a variable that begins as 42; the parent set it to 1");
    expect_int(spawned_variable, 1, "the same variable in the parent");
}

static int run_nothing(struct process *self) {
    (void)self;
    return 0;
}

static void expect_not_started(void) {
    expect_int(has_children(), false, "whether the caller has a child");
}

Test(proc_spawn, refuses_what_cannot_be_spawned, .timeout = 10,
     .description = "PROC-SPAWN-004 PROC-SPAWN-004b: an unregistered target, a subclass, and 1 MiB plus 1 byte") {
    static const struct process_class worker = {.type_name = "Worker", .run = run_nothing};
    static char bytes[PROCESS_ARG_MAX + 1];
    const struct process_options options = spawn_with(0), too_many = spawn_with(sizeof bytes);
    struct process p, subclass, large;
    expect_int(process_init_target(&p, spawned_begun_anew, NULL, &options), 0, "making a process");
    expect_error(process_start(&p), EINVAL, "spawning a target that is not registered");
    expect_not_started();
    expect_int(process_init(&subclass, &worker, &options), 0, "making a process of a subclass");
    expect_error(process_start(&subclass), EINVAL, "spawning it");
    expect_not_started();
    expect_int(spawned_register(), 0, "registering the targets");
    expect_int(process_init_target(&large, spawned_check_bytes, bytes, &too_many), 0,
               "making a process with 1 MiB and 1 byte");
    expect_error(process_start(&large), E2BIG, "spawning it");
    expect_not_started();
    expect_int(process_start(&p), 0, "spawning the first one, whose target is registered now");
    expect_int(code_at_end(&p), SPAWNED_FINE, "its exit code");
    process_close(&p);
}

/* Runs this program with the flag, as a user could do by hand. Returns its exit code, or -SIGNAL. */
static int run_by_hand(void) {
    char path[PATH_MAX] = "";
    char *argv[] = {path, PROCESS_SPAWN_FLAG, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;
    require(readlink("/proc/self/exe", path, sizeof path - 1) > 0, "read /proc/self/exe");
    require(posix_spawn_file_actions_init(&actions) == 0, "find memory");
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    errno = posix_spawn(&pid, path, &actions, NULL, argv, environ);
    require(errno == 0, "execute this program");
    posix_spawn_file_actions_destroy(&actions);
    return end_of(pid);
}

Test(proc_spawn, has_a_main_guard, .timeout = 10,
     .description = "PROC-SPAWN-005 PROC-SPAWN-005c: ordinary arguments, a target unknown to the child, and the flag "
                    "given by hand") {
    char *ordinary[] = {"bank", "--other", PROCESS_SPAWN_FLAG, NULL};
    expect_int(process_spawn_main(1, ordinary), 0, "process_spawn_main of a program without arguments");
    expect_int(process_spawn_main(3, ordinary), 0, "process_spawn_main of a program whose second argument is the flag");
    expect_int(process_register("late", spawned_late), 0, "registering a target that the child will not register");
    expect_spawned(spawned_late, NULL, 0, 1, "the exit code of a child that does not know its target");
    expect_int(run_by_hand(), 1, "the exit code of this program, run by hand with the flag");
}

Test(proc_spawn, starts_nothing_before_the_guard, .timeout = 10,
     .description = "PROC-SPAWN-006: a main without the guard starts a fork, then a spawn") {
    setenv(SPAWNED_VARIABLE, SPAWNED_UNGUARDED, 1);
    step("the child's main has no guard; it starts a process by fork, then one by spawn");
    expect_spawned(
        spawned_begun_anew, NULL, 0, UNGUARDED_BOTH_EDEADLK,
        "the exit code: 43 is right (EDEADLK for both); 44 the fork started, 45 the spawn started, 46 another error");
}

static void expect_to_know_itself(struct spawned_self self, const struct process_options *options) {
    struct process p;
    self.parent_pid = getpid();
    reports_begin();
    bool started = process_init_target(&p, spawned_compare_self, &self, options) == 0 && process_start(&p) == 0;
    reports_stop();
    expect_true(started, "the child is made and started");
    code_at_end(&p);
    expect_text(
        reports_so_far(), "field 0\n",
        "which field is wrong: 1 its name or pid, 2 its daemon flag, 3 its parent's name, 4 its parent's pid or "
        "is_alive, 5 the name of its first child, 6 the start of this child");
    reports_end();
    process_close(&p);
}

Test(proc_spawn, knows_itself_and_its_parent, .timeout = 10,
     .description =
         "PROC-SPAWN-007 PROC-SPAWN-007b PROC-SPAWN-007c: a child with a default name, and a daemon named net") {
    struct process_options options = spawn_with(sizeof(struct spawned_self));
    expect_int(spawned_register(), 0, "registering the targets");
    expect_to_know_itself(
        (struct spawned_self){.name = "Process-1", .parent_name = PROCESS_MAIN_NAME, .child_name = "Process-1:1"},
        &options);
    options.name = "net";
    options.daemon = PROCESS_DAEMON_YES;
    expect_to_know_itself(
        (struct spawned_self){
            .name = "net", .daemon = true, .parent_name = PROCESS_MAIN_NAME, .child_name = "Process-2:1"},
        &options);
}

Test(proc_spawn, inherits_no_descriptor, .timeout = 10,
     .description = "PROC-SPAWN-008 PROC-SPAWN-008a PROC-SPAWN-008b PROC-SPAWN-008c: an open pipe, a high descriptor "
                    "and two running siblings in the parent") {
    struct process sibling, spawned_sibling;
    const struct process_options options = spawn_with(0);
    int ends[2], saved;
    gates_open();
    require(pipe(ends) == 0, "open a pipe that is not close-on-exec");
    int high = fcntl(ends[0], F_DUPFD, 200);
    require(high != -1, "make a high descriptor");
    expect_int(spawned_register(), 0, "registering the targets");
    launch(&sibling, hold, NULL);
    int stdin_end = pipe_to_stdin(&saved);
    launch_as(&spawned_sibling, spawned_read_stdin, NULL, &options);
    step("the parent has a pipe and a high descriptor, not close-on-exec, and two running children");
    expect_spawned(spawned_count_descriptors, "bytes", 6, 100,
                   "the exit code: 100 plus the number of descriptors besides 0, 1 and 2");
    close(stdin_end);
    restore_stdin(saved);
    let_pass(0, 1);
    put_away(&sibling);
    put_away(&spawned_sibling);
    close(ends[0]);
    close(ends[1]);
    close(high);
    gates_close();
}

static void fill_the_table(int first) {
    static char names[PROCESS_TARGETS_MAX][8];
    for (int i = first; i < PROCESS_TARGETS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "n%d", i);
        if (process_register(names[i], quit) != 0)
            expect_int(i, PROCESS_TARGETS_MAX, "how many targets can be registered");
    }
}

Test(proc_spawn, registers_targets_by_name, .timeout = 5,
     .description = "PROC-SPAWN-009 PROC-SPAWN-009a PROC-SPAWN-009b PROC-SPAWN-009c PROC-SPAWN-009d: a repeated pair, "
                    "bad names, a taken name, and a full table") {
    static char name[PROCESS_NAME_MAX + 2];
    memset(name, 'n', PROCESS_NAME_MAX + 1);
    expect_int(process_register("quit", quit), 0, "registering a target");
    expect_int(process_register("quit", quit), 0, "registering it again");
    expect_int(process_register("also quit", quit), 0, "registering it under another name");
    expect_error(process_register("quit", hold), EEXIST, "registering another target under its name");
    expect_error(process_register(NULL, quit), EINVAL, "registering without a name");
    expect_error(process_register("", quit), EINVAL, "registering an empty name");
    expect_error(process_register("nothing", NULL), EINVAL, "registering without a target");
    expect_error(process_register(name, quit), ENAMETOOLONG, "registering a name of 256 bytes");
    name[PROCESS_NAME_MAX] = '\0';
    expect_int(process_register(name, quit), 0, "registering a name of 255 bytes, the third");
    fill_the_table(3);
    expect_error(process_register("one more", quit), ENOSPC, "registering the 65th name");
    expect_int(process_register("quit", quit), 0, "registering a known pair again, with a full table");
}

/* Returns how many starts failed that must not. */
static int spawn_in_every_way(void) {
    static char bytes[70000];
    const struct process_options large = spawn_with(sizeof bytes), too_large = spawn_with(PROCESS_ARG_MAX + 1);
    struct process p, refused;
    int failed = process_init_target(&p, spawned_begun_anew, bytes, &large) != 0 || process_start(&p) != 0;
    if (process_init_target(&refused, spawned_late, NULL, &large) == 0 && process_start(&refused) == 0)
        put_away(&refused);
    if (process_init_target(&refused, spawned_begun_anew, bytes, &too_large) == 0 && process_start(&refused) == 0)
        put_away(&refused);
    put_away(&p);
    return failed;
}

Test(proc_spawn, leaves_nothing_behind, .timeout = 20,
     .description = "PROC-SPAWN-010: rounds of one spawned child and two refused starts") {
    struct remains of_a_life = remains_of_a_life();
    int before = open_descriptors(), failed = 0;
    unsigned count = rounds_with(of_a_life, 100);
    expect_int(spawned_register(), 0, "registering the targets");
    for (unsigned i = 0; i < count; i++) {
        failed += spawn_in_every_way();
        end_round();
    }
    expect_int(failed, 0, "how many starts failed, with one spawned child and two refusals a round");
    expect_no_more_remains(of_a_life, before, count);
}
