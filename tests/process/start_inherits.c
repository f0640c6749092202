/* start_inherits.c - what a forked child has of its parent, what a start leaves as it was, and how many can be started.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/signal_setup.h"
#include "support/process/children.h"
#include "support/process/fork_order.h"

static struct signal_setup setup; /* of the parent before the start */

static int tell_changes(void *arg) {
    (void)arg;
    log_line("changed: %s", signal_setup_changes(&setup, false));
    return 0;
}

static void expect_same_setup(enum fork_order order) {
    struct process p, closed_one;
    set_fork_order(order);
    launch(&p, tell_changes, NULL);
    expect_text(signal_setup_changes(&setup, false), "", "what a start changed in the parent's setup of signals");
    expect_int(process_init_target(&closed_one, quit, NULL, NULL), 0, "making an object");
    process_close(&closed_one);
    process_start(&closed_one);
    expect_text(signal_setup_changes(&setup, false), "", "what a start that failed changed there");
    expect_text(log_next(), "changed: ", "in what the child's setup of signals differs from its parent's");
    await_end(&p);
    put_away(&p);
    expect_text(signal_setup_changes(&setup, true), "", "what start, join and close together changed there");
}

Test(proc_start, leaves_signals_as_they_were, .timeout = 5,
     .description =
         "PROC-START-001d PROC-RULE-007 PROC-RULE-007a PROC-RULE-008 PROC-RULE-008a PROC-RULE-008b: compares "
         "masks and actions of all signals, in parent and child") {
    gates_open();
    setup = signal_setup_now();
    expect_same_setup(CHILD_FIRST);
    signal_setup_make();
    setup = signal_setup_now();
    expect_same_setup(CHILD_FIRST);
    expect_same_setup(PARENT_FIRST);
    gates_close();
}

static void on_end(int signal) {
    (void)signal;
}

/* Starts and ends a process while the program has this action for SIGCHLD. */
static void expect_sigchld_kept(const struct sigaction *action, const char *which) {
    struct process p, q;
    require(sigaction(SIGCHLD, action, NULL) == 0, "set a handler of SIGCHLD");
    setup = signal_setup_now();
    launch(&p, hold, NULL);
    launch(&q, quit, NULL);
    expect_int(code_at_end(&q), 0, "the exit code of the second process, with %s", which);
    process_join(&p, 1);
    let_pass(0, 1);
    await_end(&p);
    expect_int(code_at_end(&p), HELD, "the exit code of the first process, with %s", which);
    process_close(&p);
    process_close(&q);
    expect_text(signal_setup_changes(&setup, true), "", "what has changed after both closes, with %s", which);
}

Test(proc_start, leaves_the_handler_of_sigchld, .timeout = 5,
     .description = "PROC-START-001 PROC-RULE-007 PROC-RULE-007a PROC-RULE-007b: a program with handlers of SIGCHLD") {
    struct sigaction action = {.sa_handler = on_end};
    gates_open();
    sigemptyset(&action.sa_mask);
    expect_sigchld_kept(&action, "a handler without SA_RESTART");
    sigaddset(&action.sa_mask, SIGUSR1);
    action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
    expect_sigchld_kept(&action, "a handler with SA_RESTART");
    action = (struct sigaction){.sa_handler = SIG_DFL, .sa_flags = SA_RESTART};
    expect_sigchld_kept(&action, "the default action with a flag");
    gates_close();
}

/* Descriptors that the parent has. */
static int given[3];

static int use_descriptors(void *arg) {
    char byte = 0;
    bool cloexec = (fcntl(given[0], F_GETFD) & FD_CLOEXEC) != 0, plain = (fcntl(given[2], F_GETFD) & FD_CLOEXEC) == 0;
    (void)arg;
    log_line("%d %d %d %d", cloexec, plain, read(given[0], &byte, 1) == 1, write(given[1], "y", 1) == 1);
    return byte;
}

Test(proc_start, gives_the_child_all_descriptors, .timeout = 5,
     .description =
         "PROC-START-001d: a pair of sockets that only the child uses, and a descriptor without close-on-exec") {
    struct process p;
    char byte = 0;
    int pair[2];
    gates_open();
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "make a pair of sockets");
    given[0] = given[1] = pair[0];
    require((given[2] = dup(pair[0])) != -1 && write(pair[1], "x", 1) == 1, "use a pair of sockets");
    launch(&p, use_descriptors, NULL);
    expect_text(log_next(), "1 1 1 1", "in the child: the flags of two descriptors, one byte read, one written");
    expect_int(code_at_end(&p), 'x', "the byte that the child has read, which is its exit code");
    expect_int(read(pair[1], &byte, 1), 1, "reading what the child has written");
    process_close(&p);
    for (int i = 0; i < 2; i++)
        close(pair[i]);
    close(given[2]);
    gates_close();
}

static int tell_argument(void *arg) {
    log_line("%d %p", getppid() == process_pid(process_parent()), arg);
    return arg != NULL ? *(int *)arg : 3;
}

static void expect_argument(void *arg, int code, const char *which) {
    struct process p;
    char expected[64];
    launch(&p, tell_argument, arg);
    pid_t pid = process_pid(&p);
    snprintf(expected, sizeof expected, "1 %p", arg);
    expect_text(log_next(), expected, "what the child logs about its parent, and the argument: %s", which);
    expect_int(code_at_end(&p), code, "the exit code, which is the number at the argument: %s", which);
    expect_int(process_pid(&p), pid, "the pid after the join");
    process_close(&p);
}

Test(proc_start, hands_over_every_pointer, .timeout = 5,
     .description = "PROC-START-001a PROC-START-001b PROC-START-001c: NULL, and pointers to three kinds of memory") {
    static int fixed = 11;
    int automatic = 12, *heap = malloc(sizeof *heap);
    require(heap != NULL, "find memory");
    *heap = 13;
    gates_open();
    expect_argument(NULL, 3, "NULL");
    expect_argument(&fixed, 11, "a pointer to a static variable");
    expect_argument(&automatic, 12, "a pointer to an automatic variable");
    expect_argument(heap, 13, "a pointer to memory of malloc");
    free(heap);
    gates_close();
}

enum { AT_ONCE = 20, IN_ALL = 60 };

/* Waits for count processes, which end with their numbers. Returns how many did not. */
static int wrong_codes(struct process *p, int count) {
    int codes[IN_ALL], wrong = 0;
    for (int i = count - 1; i >= 0; i--)
        codes[i] = code_in_kernel(process_pid(&p[i]));
    for (int i = count - 1; i >= 0; i--)
        wrong += (codes[i] != NO_CODE ? codes[i] : code_at_end(&p[i])) != i;
    return wrong;
}

static int wait_for_leave(void *arg) {
    wait_at(1);
    return *(int *)arg;
}

Test(proc_start, starts_as_many_as_there_are, .timeout = 10,
     .description = "PROC-START-001e: twenty processes at once, and sixty that have ended and are not closed") {
    static struct process p[IN_ALL];
    static int numbers[IN_ALL];
    int failed = 0;
    gates_open();
    for (int i = 0; i < AT_ONCE; i++) {
        numbers[i] = i;
        failed += process_init_target(&p[i], wait_for_leave, &numbers[i], NULL) != 0 || process_start(&p[i]) != 0;
    }
    expect_int(failed, 0, "how many of twenty starts failed");
    let_pass(1, AT_ONCE);
    expect_int(wrong_codes(p, AT_ONCE), 0, "how many of twenty processes at once had a wrong exit code");
    for (int i = AT_ONCE; i < IN_ALL; i++) {
        numbers[i] = i;
        failed += process_init_target(&p[i], quit, &numbers[i], NULL) != 0 || process_start(&p[i]) != 0;
        failed += code_at_end(&p[i]) != i;
    }
    expect_int(failed, 0, "how many of forty more starts failed, or gave a wrong exit code");
    for (int i = 0; i < IN_ALL; i++)
        process_close(&p[i * 7 % IN_ALL]);
    gates_close();
}

Test(proc_start, closes_in_any_order, .timeout = 5,
     .description =
         "PROC-START-007 PROC-START-007a PROC-START-007b: four processes at once in three orders of the closes") {
    static const int orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};
    struct process p[4];
    for (int i = 0; i < 3; i++) {
        int before = open_descriptors();
        for (int j = 0; j < 4; j++)
            launch(&p[j], quit, NULL);
        for (int j = 0; j < 4; j++)
            put_away(&p[orders[i][j]]);
        expect_int(open_descriptors(), before, "the number of open descriptors after order %d", i);
    }
}
