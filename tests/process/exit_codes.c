/* exit_codes.c - exit codes after every kind of end: values, signals, core dumps, stops, and calls that fail. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/core_dumps.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"

static int call_exit(void *arg) {
    exit(*(int *)arg);
}

static int call__exit(void *arg) {
    _exit(*(int *)arg);
}

static int call__Exit(void *arg) {
    _Exit(*(int *)arg);
}

static int call_quick_exit(void *arg) {
    quick_exit(*(int *)arg);
}

static void expect_code(process_target *target, int given, int expected, const char *how) {
    struct process p;
    launch(&p, target, &given);
    expect_int(exitcode_after_end(&p), expected, "the exit code of a process that %s %d", how, given);
    put_away(&p);
}

Test(proc_exit, gives_eight_bits_after_every_way_out, .timeout = 10,
     .description =
         "PROC-EXIT-001 PROC-EXIT-001a PROC-EXIT-001c: ten values by return, exit, _exit, _Exit and quick_exit") {
    static const int values[][2] = {{0, 0},     {7, 7},   {127, 127}, {128, 128}, {137, 137},
                                    {255, 255}, {256, 0}, {300, 44},  {-1, 255},  {INT_MIN + 9, 9}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        expect_code(quit, values[i][0], values[i][1], "returns");
        expect_code(call_exit, values[i][0], values[i][1], "calls exit with");
        expect_code(call__exit, values[i][0], values[i][1], "calls _exit with");
        expect_code(call__Exit, values[i][0], values[i][1], "calls _Exit with");
        expect_code(call_quick_exit, values[i][0], values[i][1], "calls quick_exit with");
    }
}

/* A subclass. */
struct worker {
    struct process process;
    int result;
};

static int work(struct process *self) {
    return ((struct worker *)self)->result;
}

static const struct process_class worker_class = {.type_name = "Worker", .run = work};

Test(proc_exit, gives_what_run_returns, .timeout = 5, .description = "PROC-EXIT-001b: a subclass with five results") {
    static const int values[][2] = {{0, 0}, {3, 3}, {255, 255}, {256, 0}, {-2, 254}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct worker worker = {.result = values[i][0]};
        expect_int(process_init(&worker.process, &worker_class, NULL), 0, "making a process of a subclass");
        expect_int(process_start(&worker.process), 0, "starting it");
        expect_int(exitcode_after_end(&worker.process), values[i][1], "the exit code if run returns %d", values[i][0]);
        put_away(&worker.process);
    }
}

/* Ends by the signal *(int *)arg. Leaves no core file. */
static int die(void *arg) {
    const struct rlimit none = {0};
    sigset_t all;
    setrlimit(RLIMIT_CORE, &none);
    signal(*(int *)arg, SIG_DFL);
    sigfillset(&all);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    raise(*(int *)arg);
    return 0;
}

static int call_abort(void *arg) {
    const struct rlimit none = {0};
    (void)arg;
    setrlimit(RLIMIT_CORE, &none);
    abort();
}

Test(proc_exit, gives_every_signal_that_kills, .timeout = 5,
     .description = "PROC-EXIT-002 PROC-EXIT-002a: twelve signals, the last of them a real-time signal") {
    const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGABRT, SIGKILL, SIGUSR1,
                           SIGPIPE, SIGALRM, SIGTERM, SIGXCPU, SIGSYS,  SIGRTMIN + 3};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        expect_code(die, signals[i], -signals[i], "is killed by signal");
    }
}

Test(proc_exit, gives_the_signal_after_a_core_dump, .timeout = 5,
     .description = "PROC-EXIT-002 PROC-EXIT-002b: abort() and two signals, while the kernel reports core dumps") {
    report_core_dumps(true);
    expect_code(call_abort, SIGABRT, -SIGABRT, "dumps its core after abort, which is signal");
    expect_code(die, SIGQUIT, -SIGQUIT, "dumps its core after signal");
    expect_code(die, SIGXCPU, -SIGXCPU, "dumps its core after signal");
    expect_code(die, SIGTERM, -SIGTERM, "is killed without a core dump by signal");
    report_core_dumps(false);
    expect_code(call_abort, SIGABRT, -SIGABRT, "is killed without a core dump by abort, which is signal");
}

static int stop_and_hold(void *arg) {
    raise(SIGSTOP);
    return hold(arg);
}

Test(proc_exit, knows_no_code_of_a_stopped_process, .timeout = 5,
     .description =
         "PROC-EXIT-003 PROC-EXIT-003a PROC-EXIT-003b PROC-EXIT-003d: asks while the process is stopped, after it "
         "has continued, and five times after its end") {
    struct process p;
    int code = -1000;
    gates_open();
    launch(&p, stop_and_hold, NULL);
    require(await_rest(process_pid(&p)) == 'T', "await a stop");
    expect_error(process_exitcode(&p, &code), EAGAIN, "the exit code of a stopped process");
    require(kill(process_pid(&p), SIGCONT) == 0, "continue a process");
    expect_error(process_exitcode(&p, &code), EAGAIN, "the exit code after it has continued");
    let_pass(0, 1);
    await_end(&p);
    for (int i = 0; i < 5; i++) {
        expect_int(process_exitcode(&p, &code), 0, "asking for the exit code after the end, time %d", i);
        expect_int(code, HELD, "the exit code");
        code = -1000;
    }
    expect_int(process_join(&p, -1), 0, "a join afterwards");
    expect_int(exitcode_after_end(&p), HELD, "the exit code after the join");
    process_close(&p);
    gates_close();
}

static int ask_for_copies(void *arg) {
    struct process *const *copies = arg;
    int code = -1000;
    for (int i = 0; i < 2; i++)
        process_exitcode(copies[i], &code);
    process_exitcode(process_current(), &code);
    process_exitcode(process_parent(), &code);
    return code == -1000 ? 42 : 1;
}

Test(proc_exit, writes_the_code_only_after_a_success, .timeout = 5,
     .description =
         "PROC-EXIT-003c: fails with EAGAIN before the start and during the run, with EINVAL after the close, and "
         "in a child") {
    struct process p, other, unstarted;
    struct process *copies[] = {&p, &unstarted};
    int code = -1000;
    gates_open();
    expect_int(process_init_target(&unstarted, quit, NULL, NULL), 0, "making an object");
    bool failed = process_exitcode(&unstarted, &code) != 0;
    expect_int(failed ? code : -1000, -1000, "the caller's variable after a call on an object that was not started");
    code = -1000;
    launch(&p, hold, NULL);
    process_exitcode(&p, &code);
    expect_int(code, -1000, "the caller's variable after a call on a process that runs");
    launch(&other, ask_for_copies, copies);
    expect_int(exitcode_after_end(&other), 42, "42 if the variable of a child is unchanged after four calls that fail");
    let_pass(0, 1);
    expect_int(exitcode_after_end(&p), HELD, "the exit code");
    process_close(&p);
    process_close(&other);
    process_exitcode(&p, &code);
    expect_int(code, -1000, "the caller's variable after a call on a closed object");
    gates_close();
}
