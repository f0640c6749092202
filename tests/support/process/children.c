/* children.c - the targets, and helpers that start, await and close processes. */
#include "children.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel_view.h"
#include "program.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/narration.h"
#include "support/core/rounds.h"

int hold(void *arg) {
    wait_at(arg != NULL ? *(unsigned *)arg : 0);
    return HELD;
}

int quit(void *arg) {
    return arg != NULL ? *(int *)arg : 0;
}

bool await_starter(void) {
    pid_t starter = getppid();
    await_waiting(starter);
    return getppid() == starter && !has_ended(starter);
}

int end_later(void *arg) {
    (void)arg;
    log_line(await_starter() ? "ends" : "is left alone");
    return HELD;
}

int hold_against_sigterm(void *arg) {
    signal(SIGTERM, SIG_IGN);
    log_line("ignores SIGTERM");
    return hold(arg);
}

void launch_as(struct process *p, process_target *target, void *arg, const struct process_options *options) {
    expect_int(process_init_target(p, target, arg, options), 0, "making a process");
    expect_int(process_start(p), 0, "starting it");
}

void launch(struct process *p, process_target *target, void *arg) {
    launch_as(p, target, arg, NULL);
}

void await_end(const struct process *p) {
    await_zombie(process_pid(p));
    int sentinel = process_sentinel(p);
    step("wait until the sentinel is readable");
    if (sentinel >= 0)
        await_readable(sentinel);
}

int code_in_kernel(pid_t pid) {
    siginfo_t end = {.si_code = 0};
    int result;
    step("wait until the kernel has its exit code");
    do
        result = waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT);
    while (result == -1 && errno == EINTR);
    if (result != 0)
        return NO_CODE;
    return end.si_code == CLD_EXITED ? end.si_status & 0xff : -end.si_status;
}

/* Code that learns of an end later knows it after a join. A wrong join may wait for ever. */
static void let_it_learn(struct process *p) {
    process_join(p, 1500);
}

int code_at_end(struct process *p) {
    int code = code_in_kernel(process_pid(p));
    let_it_learn(p);
    if (code == NO_CODE)
        process_exitcode(p, &code);
    return code;
}

int exitcode_after_end(struct process *p) {
    int code = -1000;
    await_zombie(process_pid(p));
    let_it_learn(p);
    expect_int(process_exitcode(p, &code), 0, "asking for its exit code after its end");
    return code;
}

int join_for_code(struct process *p) {
    int code = -1000;
    expect_int(process_join(p, -1), 0, "joining it");
    expect_int(process_exitcode(p, &code), 0, "asking for its exit code");
    return code;
}

void put_away(struct process *p) {
    pid_t pid = process_pid(p);
    if (pid > 0)
        await_zombie(pid);
    let_it_learn(p);
    process_close(p);
    if (pid > 0)
        waitpid(pid, NULL, WNOHANG);
}

struct remains remains_of_a_life(void) {
    struct process p;
    int before = open_descriptors();
    launch(&p, quit, NULL);
    await_end(&p);
    process_close(&p);
    struct remains remains = {open_descriptors() - before, has_children()};
    end_of_all();
    return remains;
}

bool has_running_children(void) {
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
    return has_children();
}

unsigned rounds_with(struct remains of_a_life, unsigned count) {
    return of_a_life.descriptors > 0 ? 1 : rounds(count);
}

static bool had_child; /* at the end of a round */

void end_round(void) {
    had_child = had_child || has_children();
    has_running_children();
}

void expect_no_more_remains(struct remains of_a_life, int before, unsigned lives) {
    expect_true(open_descriptors() - before <= of_a_life.descriptors * (int)lives, "no descriptor is left open");
    expect_true(of_a_life.child || (!had_child && !has_children()), "no child is left, also not as a zombie");
}

bool take_status(const struct process *p, unsigned gate) {
    sigset_t child, old;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &old);
    let_pass(gate, 1);
    pid_t taken;
    do
        taken = waitpid(process_pid(p), NULL, 0);
    while (taken == -1 && errno == EINTR);
    sigprocmask(SIG_SETMASK, &old, NULL);
    step("the test calls waitpid for its pid: %s", taken == process_pid(p) ? "it took the status" : "it was too late");
    return taken == process_pid(p);
}

int return_3(void *arg) {
    (void)arg;
    return 3;
}

int exit_3(void *arg) {
    (void)arg;
    exit(3);
}
