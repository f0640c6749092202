/* exit.c - how a child ends: its stdio, its own children, and the handlers that it inherited. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static FILE *stream; /* writes to a file in memory */

static int write_and_return(void *arg) {
    fputs(arg, stream);
    return 0;
}

static int write_and_exit(void *arg) {
    fputs(arg, stream);
    exit(0);
}

Test(proc_exit, writes_what_a_child_has_buffered, .timeout = 5,
     .description = "PROC-EXIT-004: one child that returns and one that calls exit, both without fflush") {
    struct process p;
    char written[64] = "";
    int file = memfd_create("stream", MFD_CLOEXEC);
    require(file != -1 && (stream = fdopen(file, "w")) != NULL, "open a stream");
    launch(&p, write_and_return, "returns ");
    put_away(&p);
    launch(&p, write_and_exit, "exits ");
    put_away(&p);
    require(pread(file, written, sizeof written - 1, 0) != -1, "read a file");
    expect_text(written, "returns exits ", "what a stream holds after two children wrote to it without fflush");
    fclose(stream);
}

static int daemon_lives[2]; /* a pipe; only the daemon keeps its writing end open */

/* The child that is no daemon. It waits until the daemon has ended. */
static int outlive_the_daemon(void *arg) {
    char byte;
    (void)arg;
    close(daemon_lives[1]);
    ssize_t length = read(daemon_lives[0], &byte, 1);
    log_line("the daemon is gone %d", (int)length);
    log_line("%d", (int)getpid());
    return 0;
}

/* Starts a process that waits for the end of a daemon, and then the daemon. The daemon ends only if it gets a signal.
 */
static int start_both(void) {
    static struct process waits, daemon; /* they live as long as the process */
    const struct process_options is_daemon = {.daemon = PROCESS_DAEMON_YES};
    if (pipe2(daemon_lives, O_CLOEXEC) != 0 || process_init_target(&waits, outlive_the_daemon, NULL, NULL) != 0 ||
        process_start(&waits) != 0 || process_init_target(&daemon, hold, NULL, &is_daemon) != 0 ||
        process_start(&daemon) != 0)
        return 1;
    close(daemon_lives[1]);
    close(daemon_lives[0]);
    log_line("both run");
    return 3;
}

static int return_with_children(void *arg) {
    (void)arg;
    return start_both();
}

static int exit_with_children(void *arg) {
    (void)arg;
    exit(start_both());
}

static void expect_it_ends_last(process_target *target, const char *how) {
    struct process p;
    launch(&p, target, NULL);
    expect_text(log_next(), "both run", "what a child logged when it had started a daemon and another process");
    await_end(&p);
    expect_text(log_next_if_any(), "the daemon is gone 0", "what the log held when the child had ended, which %s", how);
    expect_true(has_ended(atoi(log_next_if_any())), "the other process, which is no daemon, has ended too");
    expect_int(code_at_end(&p), 3, "its exit code");
    process_close(&p);
}

Test(proc_exit, ends_its_own_children_first, .timeout = 5,
     .description = "PROC-EXIT-005: a child with a daemon and a process that waits for the daemon's end") {
    gates_open();
    adopt_orphans();
    expect_it_ends_last(return_with_children, "returns");
    expect_it_ends_last(exit_with_children, "calls exit");
    gates_close();
}

static pid_t test_process;

static void parents_handler(void) {
    if (getpid() != test_process)
        log_line("the parent's handler runs");
}

static void expect_no_handler(process_target *target, const char *how) {
    struct process p;
    test_process = getpid();
    gates_open();
    exits_end_here();
    require(atexit(parents_handler) == 0, "register a handler of exit");
    launch(&p, target, NULL);
    expect_int(code_at_end(&p), 3, "the exit code of the child");
    expect_text(log_next_if_any(), "", "what the parent's handler of exit logged in a child that %s", how);
    process_close(&p);
    gates_close();
}

Test(proc_exit, runs_no_handler_of_the_parent_on_return, .timeout = 5,
     .description = "PROC-EXIT-006: a child that returns") {
    expect_no_handler(return_3, "returns");
}

Test(proc_exit, runs_no_handler_of_the_parent_on_exit, .timeout = 5,
     .description = "PROC-EXIT-006: a child that calls exit") {
    expect_no_handler(exit_3, "calls exit");
}

/* A child that starts a child of its own, does not close it, and calls exit. */
static int exit_with_a_child(void *arg) {
    static struct process own;
    const struct process_options options = {.daemon = *(enum process_daemon *)arg};
    if (process_init_target(&own, hold, NULL, &options) != 0 || process_start(&own) != 0)
        exit(1);
    let_pass(0, 1);
    exit(3);
}

/* Returns how many starts failed. */
static int end_in_every_way(void) {
    static enum process_daemon kinds[] = {PROCESS_DAEMON_NO, PROCESS_DAEMON_YES};
    static process_target *const targets[] = {exit_with_a_child, exit_with_a_child, return_3, exit_3};
    int failed = 0;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct process p;
        int code = -1;
        failed += process_init_target(&p, targets[i], &kinds[i % 2], NULL) != 0 || process_start(&p) != 0;
        failed += code_at_end(&p) == 1;
        process_exitcode(&p, &code);
        process_close(&p);
    }
    return failed;
}

Test(proc_exit, leaves_nothing_behind, .timeout = 20,
     .description = "PROC-EXIT-007: rounds of four children, two of them with children of their own") {
    gates_open();
    adopt_orphans();
    struct remains of_a_life = remains_of_a_life();
    int before = open_descriptors(), failed = 0;
    unsigned count = rounds_with(of_a_life, 50);
    for (unsigned i = 0; i < count; i++) {
        failed += end_in_every_way();
        end_round();
    }
    expect_int(failed, 0, "how many starts failed, with four children a round, two of them with a child of their own");
    /* whether a child leaves children of its own is a matter of PROC-EXIT-005 */
    expect_true(open_descriptors() - before <= of_a_life.descriptors * 4 * (int)count, "no descriptor is left open");
    let_pass(0, 4 * count);
    end_of_all();
    gates_close();
}
