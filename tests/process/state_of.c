/* state_of.c - state_of for every state that the kernel has, for odd names, and for pids that nobody has. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <timeslice/state.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"
#include "support/process/gates.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

/* The state that state_of reports, as a word, or the name of its error. */
static const char *state_word(pid_t pid) {
    static const char *const words[] = {"new", "ready", "running", "blocked", "ended"};
    enum state state = (enum state)99;
    int result = state_of(pid, &state), error = errno;
    if (result != 0)
        return result == -1 && strerrorname_np(error) != NULL ? strerrorname_np(error) : "a wrong result";
    return (unsigned)state < sizeof words / sizeof *words ? words[state] : "no state";
}

static void end_plain(pid_t pid) {
    kill(pid, SIGKILL);
    end_of(pid);
}

static int wait_for_ever(void *arg) {
    (void)arg;
    wait_at(0);
    return 0;
}

static int spin(void *arg) {
    log_line("spins");
    for (volatile unsigned *turns = arg; *turns < UINT_MAX;)
        ++*turns;
    return 0;
}

/* Logs what it sees of itself and of its parent, which waits for it. */
static int look_around(void *arg) {
    (void)arg;
    await_waiting(getppid());
    log_line("%s %s", state_word(getpid()), state_word(getppid()));
    return 0;
}

/* A child that has the caller's old pid in its memory, and a child of its own that is no child of the test. */
static int look_around_in_a_child(void *arg) {
    state_word(getpid());
    pid_t own = plain_start(look_around, arg);
    end_of(own);
    return look_around(arg);
}

static int spin_later(void *arg) {
    wait_at(1);
    return spin(arg);
}

/* Logs the pid of its child before that child logs anything. */
static int start_a_spinner(void *arg) {
    pid_t own = plain_start(spin_later, arg);
    log_line("%d", (int)own);
    let_pass(1, 1);
    wait_at(0);
    return 0;
}

Test(
    proc_state, asks_in_every_process, .timeout = 5,
    .description = "PROC-STATE-003a PROC-STATE-003c: a child and a grandchild ask about themselves and their parents") {
    gates_open();
    expect_text(state_word(getpid()), "running", "the state of the caller");
    pid_t child = plain_start(look_around_in_a_child, NULL);
    expect_int(end_of(child), 0, "the exit code of the child");
    expect_text(log_next(), "running blocked", "in a grandchild: its own state and that of its parent");
    expect_text(log_next(), "running blocked", "in a child: its own state and that of its parent");
    expect_text(state_word(getpid()), "running", "the state of the caller, asked again");
    gates_close();
}

Test(proc_state, looks_at_strangers, .timeout = 5,
     .description = "PROC-STATE-003b PROC-STATE-003d: a grandchild that computes, and the parent of the test") {
    unsigned turns = 0;
    gates_open();
    pid_t child = plain_start(start_a_spinner, &turns);
    pid_t grandchild = (pid_t)atoi(log_next());
    expect_text(log_next(), "spins", "what the grandchild logged");
    expect_text(state_word(grandchild), "ready", "the state of a grandchild that computes");
    kill(grandchild, SIGKILL);
    end_plain(child);
    gates_close();
}

/* Its vfork returns when the new process has passed gate 0 and ended. Until then it waits as for a disk. */
static int wait_for_vfork(void *arg) {
    (void)arg;
    pid_t pid = vfork();
    if (pid == 0) {
        wait_at(0);
        _exit(0);
    }
    return 0;
}

Test(proc_state, takes_a_wait_for_a_disk_for_blocked, .timeout = 5,
     .description =
         "PROC-STATE-003c: a process that has called vfork, whose letter is D, if the kernel gives this letter") {
    gates_open();
    pid_t pid = plain_start(wait_for_vfork, NULL);
    while (kernel_state(pid) == 'R')
        sched_yield();
    char letter = kernel_state(pid);
    step("the letter of the process is %c", letter);
    expect_text(letter == 'D' ? state_word(pid) : "blocked", "blocked", "the state of a process with the letter D");
    let_pass(0, 1);
    expect_int(end_of(pid), 0, "the exit code of the process that called vfork");
    gates_close();
}

static int stop_and_compute(void *arg) {
    raise(SIGSTOP);
    return spin(arg);
}

static int stop_and_wait(void *arg) {
    raise(SIGSTOP);
    log_line("waits");
    return wait_for_ever(arg);
}

/* Starts a child that stops itself, and continues it. Expects this state then. */
static void expect_continued(program_body *body, const char *expected) {
    unsigned turns = 0;
    int status;
    pid_t pid = plain_start(body, &turns);
    require(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "stop a child");
    expect_text(state_word(pid), "blocked", "the state of a child that has stopped itself");
    kill(pid, SIGCONT);
    log_next();
    if (strcmp(expected, "blocked") == 0)
        require(await_rest(pid) == 'S', "make a child that sleeps");
    expect_text(state_word(pid), expected, "the state of the child after SIGCONT");
    kill(pid, SIGSTOP);
    require(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "stop a child");
    expect_text(state_word(pid), "blocked", "the state of the child that the test has stopped");
    end_plain(pid);
}

Test(proc_state, follows_stops_and_continues, .timeout = 5,
     .description = "PROC-STATE-004 PROC-STATE-004b: two children that stop, continue and stop again") {
    gates_open();
    expect_continued(stop_and_compute, "ready");
    expect_continued(stop_and_wait, "blocked");
    gates_close();
}

Test(proc_state, knows_every_zombie, .timeout = 5,
     .description = "PROC-STATE-005 PROC-STATE-005a PROC-STATE-005b: a child that returned 3 and one that was killed") {
    gates_open();
    pid_t returned = plain_start(return_3, NULL), killed = plain_start(wait_for_ever, NULL);
    kill(killed, SIGKILL);
    await_zombie(returned);
    await_zombie(killed);
    expect_text(state_word(returned), "ended", "the state of a child that returned 3");
    expect_text(state_word(killed), "ended", "the state of a child that was killed");
    expect_int(end_of(returned), 3, "the exit code that the test can still get");
    expect_int(end_of(killed), -SIGKILL, "the signal that the test can still get");
    expect_text(state_word(returned), "ESRCH", "the first one after the test has waited for it");
    expect_text(state_word(killed), "ESRCH", "the second one after the test has waited for it");
    gates_close();
}

Test(proc_state, refuses_numbers_that_are_no_pids, .timeout = 5,
     .description = "PROC-STATE-005c: numbers from the smallest to the largest pid_t") {
    static const pid_t negative[] = {0, -1, -2, -1000, INT_MIN + 1, INT_MIN},
                       unused[] = {INT_MAX, INT_MAX - 1, 1 << 22};
    for (size_t i = 0; i < sizeof negative / sizeof *negative; i++)
        expect_text(state_word(negative[i]), "EINVAL", "the state of pid %d", negative[i]);
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++)
        expect_text(state_word(unused[i]), "ESRCH", "the state of pid %d, which is larger than every pid", unused[i]);
}

Test(proc_state, needs_a_descriptor, .timeout = 5,
     .description = "PROC-STATE-005d PROC-RULE-011: asks while no descriptor is free, and again when one is free") {
    gates_open();
    pid_t pid = plain_start(wait_for_ever, NULL);
    require(await_rest(pid) == 'S', "make a child that sleeps");
    allow_descriptors(0);
    const char *word = state_word(pid);
    allow_all_descriptors();
    expect_text(word, "EMFILE", "the error while no descriptor is free");
    expect_text(state_word(pid), "blocked", "the state when a descriptor is free again");
    end_plain(pid);
    gates_close();
}

static int wait_under_a_name(void *arg) {
    prctl(PR_SET_NAME, arg, 0L, 0L, 0L);
    log_line("renamed");
    wait_at(0);
    return 0;
}

Test(proc_state, is_not_confused_by_any_byte, .timeout = 5,
     .description =
         "PROC-STATE-006 PROC-STATE-006a: ten names with new lines, parentheses, digits and no byte at all; asleep, "
         "stopped, and as zombies") {
    static char names[][16] = {
        "", "\n", ")", ") Z", "a\nState:\tR", ")\n1 (R", "1 (a) R 1", "\xff\xfe\x01", "    R ) ", ")))))))))))))))"};
    int status;
    gates_open();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        pid_t pid = plain_start(wait_under_a_name, names[i]);
        log_next();
        require(await_rest(pid) == 'S', "make a child that sleeps");
        expect_text(state_word(pid), "blocked", "the state of a child that sleeps, with name number %zu", i);
        kill(pid, SIGSTOP);
        require(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "stop a child");
        expect_text(state_word(pid), "blocked", "the state of a child that has stopped, with name number %zu", i);
        kill(pid, SIGKILL);
        await_zombie(pid);
        expect_text(state_word(pid), "ended", "the state of a zombie, with name number %zu", i);
        end_of(pid);
    }
    gates_close();
}

Test(proc_state, knows_pids_of_many_digits, .timeout = 5,
     .description = "PROC-STATE-003 PROC-STATE-003c: a child that sleeps, with a pid of three digits or more") {
    enum { TWO_DIGITS = 99 };
    gates_open();
    pid_t pid = plain_start(wait_for_ever, NULL);
    while (pid <= TWO_DIGITS) {
        end_plain(pid);
        pid = plain_start(wait_for_ever, NULL);
    }
    require(await_rest(pid) == 'S', "make a child that sleeps");
    expect_text(state_word(pid), "blocked", "the state of a child that sleeps");
    end_plain(pid);
    gates_close();
}
