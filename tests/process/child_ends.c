/* child_ends.c - the end of a forked child: its streams, several children and daemons, signals, and old handlers. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/waits.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static FILE *streams[2]; /* they write to files in memory */

static const char *contents(int file) {
    static char text[64];
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

static void write_everywhere(const char *text) {
    FILE *own = fdopen(dup(fileno(streams[1])), "a");
    fputs(text, stdout);
    fputs(text, streams[0]);
    fputs(text, streams[1]);
    if (own != NULL)
        fputs("own ", own);
}

static int write_and_return(void *arg) {
    write_everywhere(arg);
    return 3;
}

static int write_and_exit(void *arg) {
    write_everywhere(arg);
    exit(3);
}

static void expect_written(process_target *target, char *text) {
    struct process p;
    int output = memfd_create("stdout", MFD_CLOEXEC), saved = dup(STDOUT_FILENO);
    require(output != -1 && saved != -1 && fflush(stdout) == 0 && dup2(output, STDOUT_FILENO) != -1, "redirect stdout");
    for (int i = 0; i < 2; i++)
        require((streams[i] = fdopen(memfd_create("stream", MFD_CLOEXEC), "w")) != NULL, "open a stream");
    launch(&p, target, text);
    int code = code_at_end(&p);
    dup2(saved, STDOUT_FILENO);
    expect_int(code, 3, "the exit code");
    expect_text(contents(output), text, "what the child has written to standard output");
    expect_text(contents(fileno(streams[0])), text, "what the child has written to a stream");
    expect_true(strlen(contents(fileno(streams[1]))) == strlen(text) + 4,
                "a second stream and a stream that the child has opened have written everything");
    process_close(&p);
    close(saved);
    close(output);
    fclose(streams[0]);
    fclose(streams[1]);
}

Test(proc_exit, writes_every_stream_of_a_child, .timeout = 5,
     .description =
         "PROC-EXIT-004 PROC-EXIT-004a: standard output, two inherited streams and one of its own, after a return "
         "and after exit") {
    expect_written(write_and_return, "returns ");
    expect_written(write_and_exit, "exits ");
}

enum { OWN = 5 };

static int number; /* of a daemon: 0 or 1 */

/* Each daemon waits until the other one has got its signal too. */
static void say_sigterm(int signal) {
    (void)signal;
    let_pass(3 + (unsigned)number, 1);
    wait_at(4 - (unsigned)number);
    log_line("a daemon ends");
    _exit(0);
}

/* A daemon that ends by its own handler. */
static int serve(void *arg) {
    number = arg == NULL ? 0 : 1;
    signal(SIGTERM, say_sigterm);
    log_line("a daemon serves");
    wait_at(2);
    return 0;
}

static int end_quietly(void *arg) {
    await_starter();
    wait_at(*(unsigned *)arg);
    log_line("a child ends");
    return 9;
}

/* Starts a daemon, three other processes and another daemon. They all end later than the caller wants to end. */
static bool start_five(void) {
    static struct process own[OWN];
    static unsigned gate = 1;
    for (int i = 0; i < OWN; i++) {
        bool is_daemon = i == 0 || i == OWN - 1;
        const struct process_options options = {.daemon = is_daemon ? PROCESS_DAEMON_YES : PROCESS_DAEMON_NO};
        if (process_init_target(&own[i], is_daemon ? serve : end_quietly, i == 0 ? NULL : &gate, &options) != 0 ||
            process_start(&own[i]) != 0)
            return false;
    }
    return true;
}

static void on_signal(int signal) {
    (void)signal;
}

/* Ends when both daemons serve and three children hold. Its first waits are interrupted. */
static int end_with_five(void *arg) {
    const struct sigaction action = {.sa_handler = on_signal};
    if (!start_five())
        return 1;
    wait_at(0);
    sigaction(SIGCHLD, &action, NULL);
    if (*(int *)arg == 1)
        interrupt_waits(1, 40);
    if (*(int *)arg == 2)
        exit(258);
    return 258;
}

/* Takes count lines from the log. Returns how many of them are this line. */
static int lines_like(const char *line, int count) {
    int same = 0;
    for (int i = 0; i < count; i++)
        same += strcmp(log_next(), line) == 0;
    return same;
}

/* The gate of the children opens when both daemons have ended. So the child must end the daemons first. */
static void expect_all_end_first(int how, const char *what) {
    struct process p;
    launch(&p, end_with_five, &how);
    expect_int(lines_like("a daemon serves", 2), 2, "how many daemons of a child that %s serve", what);
    let_pass(0, 1);
    expect_int(lines_like("a daemon ends", 2), 2, "how many daemons have ended by their handler of SIGTERM");
    await_waiting(process_pid(&p));
    expect_int(process_is_alive(&p), true, "whether the child is alive as long as its children are");
    let_pass(1, 3);
    expect_int(code_at_end(&p), 2, "the exit code of a child that %s", what);
    int ended = 0;
    while (ended < 4 && strcmp(log_next_if_any(), "a child ends") == 0)
        ended++;
    expect_int(ended, 3, "how many of its children had ended before it");
    process_close(&p);
}

Test(proc_exit, ends_after_all_of_its_children, .timeout = 10,
     .description =
         "PROC-EXIT-005 PROC-EXIT-005a PROC-EXIT-005b PROC-EXIT-005c PROC-EXIT-005e: two daemons and three other "
         "children, by return and by exit") {
    gates_open();
    adopt_orphans();
    expect_all_end_first(0, "returns");
    expect_all_end_first(2, "calls exit");
    gates_close();
}

Test(proc_exit, waits_for_its_children_though_signals_come, .timeout = 10,
     .description = "PROC-EXIT-005d PROC-RULE-003: the first forty waits of a child that ends are interrupted") {
    gates_open();
    adopt_orphans();
    expect_all_end_first(1, "returns while signals come");
    gates_close();
}

static pid_t owner; /* the process whose handlers may run */

static void tell_handler(void) {
    if (getpid() != owner)
        log_line("a handler of atexit runs");
}

static void tell_handler_with_status(int status, void *arg) {
    (void)arg;
    if (getpid() != owner)
        log_line("a handler of on_exit runs with %d", status);
}

static void register_handlers(void) {
    require(atexit(tell_handler) == 0 && on_exit(tell_handler_with_status, NULL) == 0, "register two handlers of exit");
}

static void expect_quiet(process_target *target, const char *what) {
    struct process p;
    launch(&p, target, NULL);
    expect_int(code_at_end(&p), 3, "the exit code of a child that %s", what);
    expect_text(log_next_if_any(), "", "what the parent's handlers of exit logged in a child that %s", what);
    process_close(&p);
}

Test(proc_exit, runs_no_handler_however_it_was_registered, .timeout = 5,
     .description =
         "PROC-EXIT-006 PROC-EXIT-006a PROC-EXIT-006b: handlers of atexit and on_exit, before and after the first "
         "start") {
    owner = getpid();
    gates_open();
    exits_end_here();
    register_handlers();
    expect_quiet(return_3, "returns");
    expect_quiet(exit_3, "calls exit");
    register_handlers();
    expect_quiet(return_3, "returns, with newer handlers");
    expect_quiet(exit_3, "calls exit, with newer handlers");
    gates_close();
}

/* Registers handlers before and after a start. Its child must not run them. Ends without them itself. */
static int register_and_start(void *arg) {
    struct process own[2];
    owner = getpid();
    register_handlers();
    for (int i = 0; i < 2; i++) {
        int code = -1;
        if (process_init_target(&own[i], i ? exit_3 : return_3, arg, NULL) != 0 || process_start(&own[i]) != 0 ||
            process_join(&own[i], -1) != 0 || process_exitcode(&own[i], &code) != 0 || code != 3 ||
            process_close(&own[i]) != 0)
            _exit(1);
        register_handlers();
    }
    _exit(3);
}

Test(proc_exit, runs_no_handler_of_a_child_in_a_grandchild, .timeout = 5,
     .description =
         "PROC-EXIT-006 PROC-EXIT-006c: a child registers handlers before and between two starts of its own") {
    gates_open();
    expect_quiet(register_and_start, "has children of its own");
    gates_close();
}
