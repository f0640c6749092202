/* tree_combinations.c - the tree after deaths, closes and plain forks, and with many children. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static int tell_place(void *arg) {
    (void)arg;
    struct process *self = process_current();
    log_line("%s, pid %d, alive %d, daemon %d, parent %s", process_name(self), process_pid(self) == getpid(),
             process_is_alive(self), process_is_daemon(self),
             process_parent() != NULL ? process_name(process_parent()) : "none");
    return 0;
}

Test(proc_tree, has_a_main_process_in_a_plain_fork_too, .timeout = 5,
     .description = "PROC-TREE-001c PROC-TREE-001a PROC-TREE-001b PROC-RULE-010 PROC-RULE-010c: plain children before "
                    "the first start and after it") {
    struct process p, *self = process_current();
    static const char right[] = "MainProcess, pid 1, alive 1, daemon 0, parent none";
    gates_open();
    expect_int(end_of(plain_start(tell_place, NULL)), 0, "the end of a plain child");
    expect_text(log_next(), right, "what a plain child logs before the first start");
    launch(&p, quit, NULL);
    expect_int(end_of(plain_start(tell_place, NULL)), 0, "the end of a plain child");
    expect_text(log_next(), right, "what a plain child logs after the first start");
    put_away(&p);
    tell_place(NULL);
    expect_text(log_next(), right, "what the main process logs after its child is closed");
    expect_true(process_current() == self, "process_current is the same object as at the beginning");
    gates_close();
}

static struct process sibling, grandchild;

/* A child of a target that asks for active children before and after it has started one. */
static int count_children(void *arg) {
    struct process *found[2] = {NULL, NULL};
    size_t before = process_active_children(found, 2);
    bool started = process_init_target(&grandchild, hold, NULL, NULL) == 0 && process_start(&grandchild) == 0;
    size_t after = process_active_children(found, 2);
    log_line("object %d, children %zu, started %d, children %zu, the right one %d", process_current() == arg, before,
             started, after, found[0] == &grandchild);
    let_pass(0, 1);
    put_away(&grandchild);
    return 0;
}

Test(proc_tree, knows_only_its_own_children, .timeout = 5,
     .description = "PROC-TREE-002c PROC-TREE-002a: a child with a target, a sibling and a child of its own") {
    static unsigned gate = 1;
    struct process p;
    gates_open();
    launch(&sibling, hold, &gate);
    launch(&p, count_children, &p);
    expect_text(log_next(), "object 1, children 0, started 1, children 1, the right one 1",
                "the child logs: process_current is its object, active children before and after it starts one");
    put_away(&p);
    let_pass(1, 1);
    put_away(&sibling);
    gates_close();
}

/* Logs what it knows of its parent, before and after its parent's end. */
static int tell_parent_twice(void *arg) {
    pid_t starter = getppid();
    (void)arg;
    for (int i = 0; i < 2; i++) {
        struct process *parent = process_parent();
        log_line("%s, pid %d, daemon %d, alive %d %d", process_name(parent), process_pid(parent) == starter,
                 process_is_daemon(parent), process_is_alive(parent), process_is_alive(parent));
        wait_at(0);
    }
    return HELD;
}

static char long_name[PROCESS_NAME_MAX + 1];

/* A child with a long name that starts a child and is killed. */
static int have_a_child(void *arg) {
    struct process own;
    (void)arg;
    if (process_init_target(&own, tell_parent_twice, NULL, NULL) != 0 || process_start(&own) != 0)
        return 1;
    log_line("%d", (int)process_pid(&own));
    for (;;)
        pause();
}

Test(proc_tree, remembers_a_parent_that_has_ended, .timeout = 5,
     .description = "PROC-TREE-003b PROC-TREE-003a PROC-TREE-003c PROC-TREE-004b: a parent with a name of 255 bytes is "
                    "killed") {
    struct process p;
    char first[LINE_MAX_TOLD + 1], expected[LINE_MAX_TOLD + 1];
    gates_open();
    adopt_orphans();
    memset(long_name, 'n', PROCESS_NAME_MAX - 1);
    long_name[PROCESS_NAME_MAX - 1] = 'x';
    launch_as(&p, have_a_child, NULL, &(struct process_options){.name = long_name});
    snprintf(first, sizeof first, "%s", log_next());
    const char *second = log_next();
    bool pid_first = first[0] != 'n';
    pid_t child = atoi(pid_first ? first : second);
    snprintf(expected, sizeof expected, "%s, pid 1, daemon 0, alive 1 1", long_name);
    expect_text(pid_first ? second : first, expected, "what the grandchild logs of its parent, while it lives");
    kill(process_pid(&p), SIGKILL);
    code_at_end(&p);
    let_pass(0, 2);
    snprintf(expected, sizeof expected, "%s, pid 1, daemon 0, alive 0 0", long_name);
    expect_text(log_next(), expected, "what the grandchild logs of its parent after the parent's end");
    expect_int(end_of(child), HELD, "the exit code of the grandchild, which the test has adopted");
    process_close(&p);
    gates_close();
}

enum { MANY = 20 };

static struct process many[MANY];
static unsigned gates[] = {0, 1};

/* Checks the whole list: the numbers of the objects in many, in order. */
static void expect_list(const int *numbers, size_t count, const char *when) {
    struct process *found[MANY + 1] = {NULL};
    char got[128] = "", expected[128] = "";
    size_t running = process_active_children(found, MANY + 1);
    for (size_t i = 0; i < running && i < MANY; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%d ", (int)(found[i] - many));
    for (size_t i = 0; i < count; i++)
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%d ", numbers[i]);
    expect_int(running, count, "how many children are active %s", when);
    expect_text(got, expected, "the active children by number %s", when);
}

/* The numbers first, first + 1, ..., last behind those that are there. */
static size_t add_numbers(int *numbers, size_t count, int first, int last) {
    for (int i = first; i <= last; i++)
        numbers[count++] = i;
    return count;
}

Test(proc_tree, lists_any_number_in_order_after_closes, .timeout = 10,
     .description =
         "PROC-TREE-005e PROC-TREE-005f PROC-TREE-005 PROC-TREE-006a: twenty children; the first, the third and "
         "the last end, and one is started again") {
    struct process unstarted;
    int numbers[MANY];
    gates_open();
    expect_int(process_init_target(&unstarted, quit, NULL, NULL), 0, "making an object and not starting it");
    for (int i = 0; i < MANY; i++)
        launch(&many[i], hold, i == 0 || i == 2 || i == MANY - 1 ? &gates[1] : &gates[0]);
    expect_list(numbers, add_numbers(numbers, 0, 0, MANY - 1), "while twenty run");
    let_pass(1, 3);
    await_end(&many[0]);
    await_end(&many[2]);
    await_end(&many[MANY - 1]);
    size_t count = add_numbers(numbers, add_numbers(numbers, 0, 1, 1), 3, MANY - 2);
    expect_list(numbers, count, "after three have ended");
    expect_int(process_close(&many[2]), 0, "closing the third");
    expect_int(process_close(&many[0]), 0, "closing the first");
    expect_int(process_close(&many[MANY - 1]), 0, "closing the last");
    expect_list(numbers, count, "after these three are closed");
    launch(&many[0], hold, &gates[0]);
    expect_list(numbers, add_numbers(numbers, count, 0, 0), "after the first object is started again");
    let_pass(0, MANY);
    for (int i = 0; i < MANY; i++)
        put_away(&many[i]);
    gates_close();
}

Test(proc_tree, gives_the_first_of_them, .timeout = 5,
     .description = "PROC-TREE-005b PROC-TREE-005c PROC-TREE-005d: room for 0 to 4 of three children, one of them a "
                    "daemon") {
    struct process p[3], guard;
    gates_open();
    for (int i = 0; i < 3; i++)
        launch_as(&p[i], hold, NULL,
                  &(struct process_options){.daemon = i == 1 ? PROCESS_DAEMON_YES : PROCESS_DAEMON_NO});
    for (size_t cap = 0; cap <= 4; cap++) {
        struct process *found[4] = {&guard, &guard, &guard, &guard};
        expect_int(process_active_children(cap > 0 ? found : NULL, cap), 3,
                   "how many children are active, with room for %zu", cap);
        for (size_t i = 0; i < 3; i++)
            expect_true(found[i] == (i < cap ? &p[i] : &guard), "out[%zu] with room for %zu is the right one", i, cap);
    }
    let_pass(0, 3);
    for (int i = 0; i < 3; i++)
        put_away(&p[i]);
    gates_close();
}

static int die(void *arg) {
    (void)arg;
    return raise(SIGKILL);
}

static void expect_all_found(struct process *first, size_t cap) {
    static process_target *const ways[] = {quit, die, quit};
    struct process p[3], *found[1] = {NULL};
    for (int i = 0; i < 3; i++)
        launch(&p[i], ways[i], NULL);
    for (int i = 0; i < 3; i++)
        await_end(&p[i]);
    expect_int(process_active_children(cap > 0 ? found : NULL, cap), first != NULL,
               "how many children are active, with room for %zu", cap);
    for (int i = 0; i < 3; i++)
        expect_int(is_child(process_pid(&p[i])), false, "whether child %d is a zombie, with room for %zu", i + 1, cap);
    for (int i = 0; i < 3; i += 2)
        expect_int(code_at_end(&p[i]), 0, "the exit code of child %d", i + 1);
    for (int i = 0; i < 3; i++)
        process_close(&p[i]);
}

Test(proc_tree, lists_nobody_who_has_ended_anyhow, .timeout = 5,
     .description =
         "PROC-TREE-006a PROC-TREE-006b: two children return and one is killed; room for none; then behind one "
         "that runs, with room for it and for none") {
    struct process runs;
    gates_open();
    expect_all_found(NULL, 0);
    launch(&runs, hold, NULL);
    expect_all_found(&runs, 1);
    expect_all_found(&runs, 0);
    let_pass(0, 1);
    put_away(&runs);
    gates_close();
}

Test(proc_tree, lists_nobody_whom_other_code_waited_for, .timeout = 5,
     .description = "PROC-TREE-006c: the test waits for one of two children itself") {
    struct process lost, runs, *found[2] = {NULL, NULL};
    sigset_t child, old;
    gates_open();
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &old);
    launch(&lost, quit, NULL);
    launch(&runs, hold, NULL);
    while (waitpid(process_pid(&lost), NULL, 0) == -1 && errno == EINTR)
        continue;
    sigprocmask(SIG_SETMASK, &old, NULL);
    await_end(&lost);
    expect_int(process_active_children(found, 2), 1, "how many children are active");
    expect_true(found[0] == &runs, "out[0] is the one that runs");
    let_pass(0, 1);
    put_away(&runs);
    process_close(&lost);
    gates_close();
}
