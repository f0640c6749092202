/* tree.c - process_current, process_parent and process_active_children. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

Test(proc_tree, has_a_main_process_at_its_root, .timeout = 5,
     .description = "PROC-TREE-001 PROC-TREE-001a PROC-TREE-001b: asks before the first start and after it") {
    struct process *self = process_current(), p;
    expect_true(self != NULL, "process_current is never NULL");
    expect_text(process_name(self), "MainProcess", "the name of the main process");
    expect_int(process_pid(self), getpid(), "the pid of the main process");
    expect_int(process_is_daemon(self), false, "whether the main process is a daemon");
    expect_int(process_is_alive(self), true, "whether the main process is alive");
    expect_true(process_parent() == NULL, "the main process has no parent");
    launch(&p, quit, NULL);
    expect_true(process_current() == self && process_parent() == NULL,
                "process_current and process_parent are the same after a start");
    put_away(&p);
}

/* A subclass. */
struct worker {
    struct process process;
    int number;
};

static int tell_current(struct process *self) {
    struct worker *worker = (struct worker *)process_current();
    bool pid = process_pid(process_current()) == getpid();
    log_line("object %d, pid %d, number %d, children %zu", process_current() == self, pid, worker->number,
             process_active_children(NULL, 0));
    return 0;
}

static const struct process_class worker_class = {.type_name = "Worker", .run = tell_current};

Test(proc_tree, knows_the_current_process_in_a_child, .timeout = 5,
     .description = "PROC-TREE-002 PROC-TREE-002a PROC-TREE-002b: a subclass started while a sibling runs") {
    struct process sibling;
    struct worker worker = {.number = 42};
    gates_open();
    launch(&sibling, hold, NULL);
    expect_int(process_active_children(NULL, 0), 1,
               "the number of active children of the parent, before it starts another");
    expect_int(process_init(&worker.process, &worker_class, NULL), 0, "making a process of a subclass");
    expect_int(process_start(&worker.process), 0, "starting it");
    expect_text(log_next(), "object 1, pid 1, number 42, children 0",
                "the child logs: process_current is the object, has the right pid, a field of it, active children");
    let_pass(0, 1);
    put_away(&sibling);
    put_away(&worker.process);
    gates_close();
}

static void tell_parent(void) {
    log_line("%s", process_name(process_current()));
    log_line("child of %s %d %d", process_name(process_parent()), (int)process_pid(process_parent()),
             process_pid(process_parent()) == getppid());
}

static int tell_parent_twice(void *arg) {
    struct process p;
    tell_parent();
    if (arg == NULL)
        return 0;
    if (process_init_target(&p, tell_parent_twice, NULL, &(struct process_options){.name = "inner"}) != 0 ||
        process_start(&p) != 0)
        return 1;
    put_away(&p);
    return 0;
}

Test(proc_tree, knows_the_parent_at_every_depth, .timeout = 5,
     .description = "PROC-TREE-003: a child named net, and its own child") {
    struct process p;
    char expected[128];
    gates_open();
    launch_as(&p, tell_parent_twice, "", &(struct process_options){.name = "net"});
    snprintf(expected, sizeof expected, "child of MainProcess %d 1", (int)getpid());
    expect_text(log_next(), "net", "the name that the child logs");
    expect_text(log_next(), expected, "the child logs its parent's name and pid, and whether that is getppid()");
    snprintf(expected, sizeof expected, "child of net %d 1", (int)process_pid(&p));
    expect_text(log_next(), "inner", "the name that the grandchild logs");
    expect_text(log_next(), expected, "the grandchild logs the same three things");
    put_away(&p);
    gates_close();
}

static int tell_parents_life_twice(void *arg) {
    (void)arg;
    log_line("%d", process_is_alive(process_parent()));
    wait_at(0);
    log_line("%d", process_is_alive(process_parent()));
    return HELD;
}

/* A program that starts three children, logs their pids, and waits until a signal kills it. */
static int have_three_children(void *arg) {
    static struct process children[3];
    (void)arg;
    for (int i = 0; i < 3; i++)
        if (process_init_target(&children[i], tell_parents_life_twice, NULL, NULL) != 0 ||
            process_start(&children[i]) != 0)
            return 1;
    wait_at(1);
    for (int i = 0; i < 3; i++)
        log_line("%d", (int)process_pid(&children[i]));
    wait_at(1);
    return 0;
}

Test(proc_tree, knows_whether_the_parent_lives, .timeout = 5,
     .description = "PROC-TREE-004 PROC-TREE-004a: three children ask before and after their parent is killed") {
    pid_t children[3];
    gates_open();
    adopt_orphans();
    pid_t program = program_start(have_three_children, NULL);
    for (int i = 0; i < 3; i++)
        expect_text(log_next_unless_ended(program), "1",
                    "a child logs whether its parent is alive, while the parent lives");
    let_pass(1, 1);
    for (int i = 0; i < 3; i++)
        children[i] = atoi(log_next());
    kill(program, SIGKILL);
    await_zombie(program);
    step("the parent of the three children was killed and is a zombie");
    let_pass(0, 3);
    for (int i = 0; i < 3; i++)
        expect_text(log_next(), "0", "a child logs whether its parent is alive, after the parent's end");
    expect_int(end_of(program), -SIGKILL, "the end of the parent (-SIGNAL)");
    for (int i = 0; i < 3; i++)
        expect_int(end_of(children[i]), HELD, "the exit code of a child that the test has adopted");
    gates_close();
}

Test(proc_tree, lists_those_that_run, .timeout = 5,
     .description = "PROC-TREE-005 PROC-TREE-005a PROC-TREE-005b PROC-TREE-005c PROC-TREE-005d: three daemons started "
                    "in another order than made; cap 0, 2 and 3") {
    static const int order[] = {2, 0, 1};
    struct process p[3], *found[3] = {NULL, NULL, NULL};
    gates_open();
    expect_int(process_active_children(NULL, 0), 0, "how many run before the first start");
    for (int i = 0; i < 3; i++)
        expect_int(process_init_target(&p[i], hold, NULL, &(struct process_options){.daemon = PROCESS_DAEMON_YES}), 0,
                   "making a process");
    for (int i = 0; i < 3; i++)
        expect_int(process_start(&p[order[i]]), 0, "starting the process that was made as number %d", order[i] + 1);
    expect_int(process_active_children(NULL, 0), 3, "how many run, with cap 0");
    expect_int(process_active_children(found, 2), 3, "how many run, with cap 2");
    expect_true(found[0] == &p[2] && found[1] == &p[0], "out[] holds the first two that were started, in order");
    expect_true(found[2] == NULL, "nothing is written after cap");
    expect_int(process_active_children(found, 3), 3, "how many run, with cap 3");
    expect_true(found[0] == &p[2] && found[1] == &p[0] && found[2] == &p[1],
                "out[] holds all three in the order of their starts");
    let_pass(0, 3);
    for (int i = 0; i < 3; i++)
        put_away(&p[i]);
    gates_close();
}

Test(proc_tree, does_not_list_those_that_have_ended, .timeout = 5,
     .description = "PROC-TREE-006: two processes, the first of which ends") {
    static unsigned second_gate = 1;
    struct process ends, runs, *found[2] = {NULL, NULL};
    gates_open();
    launch(&ends, hold, NULL);
    launch(&runs, hold, &second_gate);
    expect_int(process_active_children(found, 2), 2, "how many run while both processes run");
    let_pass(0, 1);
    await_end(&ends);
    expect_int(process_active_children(found, 2), 1, "how many run after the end of the first");
    expect_true(found[0] == &runs, "out[0] is the second process");
    expect_int(is_child(process_pid(&ends)), false, "whether the first is left as a zombie");
    expect_int(code_at_end(&ends), HELD, "the exit code of the first, after a join");
    let_pass(1, 1);
    put_away(&runs);
    process_close(&ends);
    gates_close();
}

/* A child that looks at process_current and process_parent, and has a child of its own. */
static int be_a_parent(void *arg) {
    struct process own;
    (void)arg;
    process_is_alive(process_current());
    if (process_parent() != NULL)
        process_is_alive(process_parent());
    if (process_init_target(&own, quit, NULL, NULL) != 0 || process_start(&own) != 0)
        return 1;
    process_active_children(NULL, 0);
    put_away(&own);
    return 0;
}

/* Returns how many starts failed. */
static int grow_a_tree(void) {
    struct process p[2], unstarted, *found[2];
    int failed = process_init_target(&unstarted, quit, NULL, NULL) != 0;
    for (int i = 0; i < 2; i++)
        failed += process_init_target(&p[i], be_a_parent, NULL, NULL) != 0 || process_start(&p[i]) != 0;
    process_active_children(found, 2);
    for (int i = 0; i < 2; i++)
        failed += code_at_end(&p[i]) != 0;
    for (int i = 0; i < 2; i++)
        process_close(&p[i]);
    process_active_children(found, 2);
    return failed;
}

Test(proc_tree, leaves_nothing_behind, .timeout = 20,
     .description = "PROC-TREE-007: rounds of two children that each have a child") {
    adopt_orphans();
    struct remains of_a_life = remains_of_a_life();
    int before = open_descriptors(), failed = 0;
    unsigned count = rounds_with(of_a_life, 60);
    for (unsigned i = 0; i < count; i++) {
        failed += grow_a_tree();
        end_round();
    }
    expect_int(failed, 0, "how many starts failed, with two children a round that each have a child");
    expect_no_more_remains(of_a_life, before, 2 * count);
}
