/* sentinels.c - sentinels of several processes, what keeps one late, when a process is alive, and all descriptors. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"
#include "support/process/fork_order.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

/* Longer than any watchdog: either the event happens, or the watchdog ends the test. */
#define HALF_AN_HOUR (1800 * 1000)

static unsigned gates[] = {0, 1, 2};

/* Starts three processes that hold, each at its own gate. Puts their sentinels in sentinels[]. */
static void launch_three(struct process *p, int *sentinels) {
    for (int i = 0; i < 3; i++) {
        launch(&p[i], hold, &gates[i]);
        expect_success(sentinels[i] = process_sentinel(&p[i]), "the sentinel of process %d", i);
    }
}

/* Which of three sentinels are readable: "1" or "0" for each. */
static const char *readable(const int *sentinels) {
    static char text[4];
    for (int i = 0; i < 3; i++)
        text[i] = is_readable(sentinels[i]) ? '1' : '0';
    return text;
}

Test(proc_join, has_a_sentinel_for_each_process, .timeout = 5,
     .description =
         "PROC-JOIN-016 PROC-JOIN-016a PROC-JOIN-016b PROC-JOIN-016c PROC-JOIN-016d: three processes end one "
         "after another, the second one first") {
    static const unsigned order[] = {1, 2, 0};
    static const char *const expected[] = {"010", "011", "111"};
    struct process p[3];
    int sentinels[3], code;
    gates_open();
    launch_three(p, sentinels);
    expect_true(sentinels[0] != sentinels[1] && sentinels[1] != sentinels[2] && sentinels[0] != sentinels[2],
                "the three sentinels are different descriptors");
    expect_text(readable(sentinels), "000", "which sentinels are readable while all three run");
    for (int i = 0; i < 3; i++) {
        struct process *ended = &p[order[i]];
        let_pass(order[i], 1);
        await_end(ended);
        expect_text(readable(sentinels), expected[i], "which sentinels are readable when %d have ended", i + 1);
        process_exitcode(ended, &code);
        process_join(ended, -1);
        expect_text(readable(sentinels), expected[i], "which sentinels are readable after that join");
        expect_int(process_sentinel(ended), sentinels[order[i]], "its sentinel, asked again");
    }
    for (int i = 0; i < 3; i++)
        process_close(&p[i]);
    gates_close();
}

Test(proc_join, keeps_a_sentinel_though_others_close, .timeout = 5,
     .description =
         "PROC-JOIN-016 PROC-JOIN-016b: two of three processes are closed, and another one is started and closed") {
    struct process p[3], other;
    int sentinels[3];
    gates_open();
    launch_three(p, sentinels);
    let_pass(0, 1);
    let_pass(2, 1);
    put_away(&p[0]);
    put_away(&p[2]);
    launch(&other, quit, NULL);
    put_away(&other);
    expect_int(process_sentinel(&p[1]), sentinels[1], "the sentinel of the process that runs");
    expect_int(is_readable(sentinels[1]), false, "whether it is readable");
    let_pass(1, 1);
    await_end(&p[1]);
    put_away(&p[1]);
    gates_close();
}

Test(proc_join, follows_the_child_and_no_sibling, .timeout = 5,
     .description =
         "PROC-JOIN-013 PROC-JOIN-013b PROC-JOIN-013c: the second of three processes is killed, and its siblings "
         "live") {
    static const enum fork_order orders[] = {CHILD_FIRST, PARENT_FIRST};
    gates_open();
    for (int i = 0; i < 2; i++) {
        struct process p[3];
        int sentinels[3];
        set_fork_order(orders[i]);
        launch_three(p, sentinels);
        kill(process_pid(&p[1]), SIGKILL);
        expect_int(process_join(&p[1], HALF_AN_HOUR), 0, "a join with half an hour of the process that is killed");
        expect_text(readable(sentinels), "010", "which sentinels are readable then");
        let_pass(0, 1);
        let_pass(2, 1);
        for (int j = 0; j < 3; j++)
            put_away(&p[j]);
    }
    gates_close();
}

/* Starts a process that holds at gate 1 and ends by _exit. */
static int leave_one(void *arg) {
    struct process own;
    if (process_init_target(&own, hold, &gates[1], NULL) != 0 || process_start(&own) != 0)
        _exit(1);
    log_line("%d", (int)process_pid(&own));
    _exit(arg == NULL ? 4 : 5);
}

Test(proc_join, follows_a_child_that_leaves_its_own, .timeout = 5,
     .description =
         "PROC-JOIN-013 PROC-JOIN-013a: the child starts a process and ends by _exit, while the parent joins and "
         "polls") {
    struct process p;
    gates_open();
    adopt_orphans();
    launch(&p, leave_one, NULL);
    pid_t grandchild = atoi(log_next());
    expect_int(process_join(&p, HALF_AN_HOUR), 0, "a join with half an hour, while the grandchild lives");
    expect_int(is_readable(process_sentinel(&p)), true, "whether the sentinel is readable");
    expect_int(code_at_end(&p), 4, "the exit code of the child");
    expect_true(!has_ended(grandchild), "the grandchild is alive");
    let_pass(1, 1);
    expect_int(end_of(grandchild), HELD, "the exit code of the grandchild that the test has adopted");
    process_close(&p);
    gates_close();
}

static int stop_and_hold(void *arg) {
    raise(SIGSTOP);
    return hold(arg);
}

static int say_alive(void *arg) {
    (void)arg;
    return process_is_alive(process_current()) ? 42 : 1;
}

Test(proc_join, takes_the_stopped_for_alive, .timeout = 5,
     .description = "PROC-JOIN-015 PROC-JOIN-015a PROC-JOIN-015b PROC-JOIN-015c: a stopped process, one that ignores "
                    "SIGTERM, a zombie, and a plain fork about itself") {
    struct process stopped, ignores;
    gates_open();
    launch(&stopped, stop_and_hold, NULL);
    require(await_rest(process_pid(&stopped)) == 'T', "await a stop");
    expect_int(process_is_alive(&stopped), true, "whether a stopped process is alive");
    launch(&ignores, hold_against_sigterm, NULL);
    expect_text(log_next(), "ignores SIGTERM", "what the second process logged");
    kill(process_pid(&ignores), SIGTERM);
    expect_int(process_is_alive(&ignores), true, "whether a process that ignores SIGTERM is alive after SIGTERM");
    expect_int(end_of(plain_start(say_alive, NULL)), 42, "42 if a plain fork finds process_current() alive");
    kill(process_pid(&stopped), SIGKILL);
    await_zombie(process_pid(&stopped));
    await_end(&stopped);
    expect_int(process_is_alive(&stopped), false, "whether the first process is alive as a zombie");
    expect_int(process_is_alive(&stopped), false, "the same question again");
    let_pass(0, 1);
    put_away(&ignores);
    put_away(&stopped);
    gates_close();
}

static bool was_open[256];

/* Remembers which descriptors are open. Counts those that are new and not close-on-exec. */
static int count_descriptors(bool remember) {
    int bad = 0;
    for (int fd = 0; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);
        bad += flags != -1 && !was_open[fd] && (flags & FD_CLOEXEC) == 0;
        if (remember)
            was_open[fd] = flags != -1;
    }
    return bad;
}

static int tell_descriptors(void *arg) {
    struct process own;
    (void)arg;
    count_descriptors(true); /* a tool such as Valgrind has opened some in the child */
    if (process_init_target(&own, quit, NULL, NULL) != 0 || process_start(&own) != 0)
        return 1;
    log_line("%d", count_descriptors(false));
    process_join(&own, -1);
    return 0;
}

Test(proc_join, opens_no_descriptor_for_other_programs, .timeout = 5,
     .description =
         "PROC-JOIN-016 PROC-RULE-006 PROC-RULE-006a: the flags of every new descriptor, in the parent and in the "
         "child") {
    struct process p[2];
    gates_open();
    count_descriptors(true);
    launch(&p[0], hold, NULL);
    launch(&p[1], tell_descriptors, NULL);
    expect_int(count_descriptors(false), 0, "how many new descriptors of the parent are not close-on-exec");
    expect_text(log_next(), "0", "how many new descriptors of the child are not close-on-exec");
    let_pass(0, 1);
    put_away(&p[0]);
    put_away(&p[1]);
    gates_close();
}

static int live(void *arg) {
    struct process own;
    if (process_init_target(&own, quit, NULL, NULL) != 0 || process_start(&own) != 0)
        return 1;
    process_join(arg, -1);
    process_join(process_current(), -1);
    process_join(&own, -1);
    return process_close(&own);
}

/* Calls that succeed and calls that fail. */
static void call_everything(void) {
    struct process p, unmade;
    int code;
    process_init(&unmade, NULL, NULL);
    process_init_target(&unmade, NULL, NULL, NULL);
    launch(&p, live, &p);
    process_start(&p);
    process_close(&p);
    process_join(process_current(), 0);
    process_join(&p, 0);
    process_exitcode(&p, &code);
    process_join(&p, -1);
    process_exitcode(&p, &code);
    process_active_children(NULL, 0);
    process_close(&p);
    process_join(&p, 0);
    process_start(&p);
    process_sentinel(&p);
}

Test(proc_join, prints_nothing, .timeout = 5,
     .description = "PROC-JOIN-001 PROC-RULE-004 PROC-RULE-004a: standard output and standard error are a file during "
                    "calls that succeed and that fail") {
    int file = memfd_create("output", MFD_CLOEXEC);
    int output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 64), error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 64);
    require(file != -1 && output != -1 && error != -1 && fflush(NULL) == 0, "make a file");
    require(dup2(file, STDOUT_FILENO) != -1 && dup2(file, STDERR_FILENO) != -1, "redirect output");
    call_everything();
    fflush(NULL);
    dup2(output, STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    long long printed = lseek(file, 0, SEEK_END);
    expect_int(printed, 0, "how many bytes were printed");
    close(output);
    close(error);
    close(file);
}
