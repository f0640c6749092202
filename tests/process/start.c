/* start.c - process_start: a new process that runs the target. Only the maker can start it, and only once. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/rounds.h"
#include "support/process/children.h"
#include "support/process/fork_order.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/shortage.h"

static int tell_origin(void *arg) {
    log_line("pid %d of %d, argument %p", (int)getpid(), (int)getppid(), arg);
    return 0;
}

static void expect_origin(enum fork_order order) {
    struct process p;
    char argument, expected[128];
    set_fork_order(order);
    launch(&p, tell_origin, &argument);
    snprintf(expected, sizeof expected, "pid %d of %d, argument %p", (int)process_pid(&p), (int)getpid(),
             (void *)&argument);
    expect_text(log_next(), expected, "what the child logs: its pid, its parent's pid and its argument");
    pid_t pid = process_pid(&p);
    put_away(&p);
    expect_true(pid != getpid(), "the child has another pid than the caller");
}

Test(proc_start, runs_the_target_in_a_new_process, .timeout = 5,
     .description =
         "PROC-START-001 PROC-START-001a PROC-START-001b: the child logs its pid, its parent's pid and its argument") {
    gates_open();
    expect_origin(CHILD_FIRST);
    expect_origin(PARENT_FIRST);
    gates_close();
}

/* A subclass. */
struct worker {
    struct process process;
    int number;
    char word[8];
};

static int work(struct process *self) {
    struct worker *worker = (struct worker *)self;
    log_line("%p %d %s", (void *)self, worker->number, worker->word);
    return 0;
}

static const struct process_class worker_class = {.type_name = "Worker", .run = work};

Test(proc_start, calls_run_with_the_object, .timeout = 5,
     .description = "PROC-START-002 PROC-START-002a: a subclass with two fields of its own, which run reads") {
    struct worker worker = {.number = 42, .word = "hello"};
    char expected[64];
    gates_open();
    expect_int(process_init(&worker.process, &worker_class, NULL), 0, "making a process of a subclass");
    expect_int(process_start(&worker.process), 0, "starting it");
    snprintf(expected, sizeof expected, "%p 42 hello", (void *)&worker);
    expect_text(log_next(), expected, "what run logs: the address that it got, and the two fields there");
    put_away(&worker.process);
    gates_close();
}

static int tell_and_hold(void *arg) {
    log_line("runs");
    return hold(arg);
}

Test(proc_start, starts_nothing_twice_while_it_runs, .timeout = 5,
     .description = "PROC-START-003 PROC-START-003b: starts a process again while it runs") {
    struct process p;
    gates_open();
    launch(&p, tell_and_hold, NULL);
    expect_text(log_next(), "runs", "what the child logged");
    expect_error(process_start(&p), EALREADY, "starting it again while it runs");
    let_pass(0, 2);
    expect_int(code_at_end(&p), HELD, "its exit code");
    expect_text(log_next_if_any(), "", "what else was logged");
    process_close(&p);
    gates_close();
}

Test(proc_start, starts_nothing_twice_after_its_end, .timeout = 5,
     .description = "PROC-START-003: starts a process again after its end, and again after the join") {
    struct process p;
    gates_open();
    launch(&p, tell_and_hold, NULL);
    let_pass(0, 3);
    await_end(&p);
    expect_error(process_start(&p), EALREADY, "starting it again after its end");
    expect_int(code_at_end(&p), HELD, "its exit code");
    expect_error(process_start(&p), EALREADY, "starting it again after the join");
    expect_text(log_next(), "runs", "what the child logged");
    expect_text(log_next_if_any(), "", "what else was logged");
    process_close(&p);
    gates_close();
}

static int start_and_tell(void *arg) {
    int result = process_start(arg), error = errno;
    log_line("%d %s", result, result == -1 ? strerrorname_np(error) : "");
    return 0;
}

Test(proc_start, starts_nothing_of_somebody_else, .timeout = 5,
     .description = "PROC-START-004 PROC-START-004a: a sibling tries to start an object of its parent") {
    struct process p, other;
    int code = 5;
    gates_open();
    expect_int(process_init_target(&p, quit, &code, NULL), 0, "making a process");
    launch(&other, start_and_tell, &p);
    expect_text(log_next(), "-1 ECHILD", "in another process: the result of starting it");
    put_away(&other);
    expect_int(process_start(&p), 0, "in the maker: starting it");
    expect_int(code_at_end(&p), 5, "its exit code");
    process_close(&p);
    gates_close();
}

/* The text that a file in memory holds. */
static const char *contents(int file) {
    static char text[64];
    ssize_t length = pread(file, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

/* Prints text, then starts and ends a process. Returns what standard output got; nothing of it is really printed. */
static const char *printed_once(const char *text) {
    struct process p;
    int file = memfd_create("stdout", MFD_CLOEXEC), saved = dup(STDOUT_FILENO);
    require(file != -1 && saved != -1 && fflush(stdout) == 0 && dup2(file, STDOUT_FILENO) != -1, "redirect stdout");
    fputs(text, stdout);
    launch(&p, quit, NULL);
    put_away(&p);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    const char *result = contents(file);
    close(file);
    return result;
}

Test(proc_start, prints_once_what_was_buffered, .timeout = 5,
     .description = "PROC-START-005: unflushed text in standard output and in one other stream") {
    struct process p;
    const char *printed = printed_once("once ");
    expect_text(printed, "once ", "what standard output got after one text was buffered before the start");
    int file = memfd_create("stream", MFD_CLOEXEC);
    FILE *stream = fdopen(file, "w");
    require(stream != NULL, "open a stream");
    fputs("once ", stream);
    launch(&p, quit, NULL);
    put_away(&p);
    fflush(stream);
    expect_text(contents(file), "once ", "what another stream got after one text was buffered before the start");
    fclose(stream);
}

/* A program that starts a process twice. The first time the limit forbids it. */
static int start_without_and_with_leave(void *arg) {
    struct process p;
    (void)arg;
    if (process_init_target(&p, hold, NULL, NULL) != 0)
        return 1;
    int before = open_descriptors();
    forbid_processes();
    int result = process_start(&p), error = errno;
    log_line("%d %s", result, result == -1 ? strerrorname_np(error) : "");
    log_line("pid %d, alive %d, %d descriptors more", (int)process_pid(&p), process_is_alive(&p),
             open_descriptors() - before);
    allow_processes();
    result = process_start(&p);
    log_line("%d", result);
    if (result != 0)
        return 1;
    log_line("code %d", code_at_end(&p));
    return 0;
}

Test(proc_start, can_be_tried_again_where_no_process_can_be_made, .timeout = 5,
     .description = "PROC-START-006 PROC-START-006a PROC-START-006b PROC-START-006c: one start while RLIMIT_NPROC "
                    "forbids it, and one when it is allowed again") {
    gates_open();
    pid_t program = program_start(start_without_and_with_leave, NULL);
    expect_text(log_next_unless_ended(program), "-1 EAGAIN", "process_start while RLIMIT_NPROC allows no process");
    expect_text(log_next_unless_ended(program), "pid 0, alive 0, 0 descriptors more",
                "the object and the descriptors after that");
    expect_text(log_next_unless_ended(program), "0",
                "process_start of the same object when processes are allowed again");
    let_pass(0, 1);
    expect_text(log_next_unless_ended(program), "code 7", "the exit code of the process");
    end_of(program);
    gates_close();
}

Test(proc_start, leaks_no_descriptor_over_a_hundred_starts, .timeout = 20,
     .description = "PROC-START-007 PROC-START-007a: counts the open descriptors after each of a hundred closes") {
    int before = open_descriptors(), most = 0, failed = 0;
    unsigned count = rounds(100);
    for (unsigned i = 0; i < count; i++) {
        struct process p;
        set_fork_order(any_fork_order());
        failed += process_init_target(&p, quit, NULL, NULL) != 0 || process_start(&p) != 0;
        put_away(&p);
        int more = open_descriptors() - before;
        most = more > most ? more : most;
    }
    expect_int(failed, 0, "how many starts failed");
    expect_int(most, 0, "how many more descriptors were open after a close than before the first start");
}

/* Starts ten processes, tries to start two of them again, and closes all. Returns how many starts failed. */
static int ten_at_once(void) {
    static int values[10];
    struct process p[10];
    int failed = 0;
    for (int i = 0; i < 10; i++) {
        failed += process_init_target(&p[i], quit, &values[i], NULL) != 0 || process_start(&p[i]) != 0;
        if (i % 5 == 0)
            process_start(&p[i]);
    }
    for (int i = 0; i < 10; i++)
        put_away(&p[i]);
    return failed;
}

Test(proc_start, leaves_nothing_behind, .timeout = 20,
     .description = "PROC-START-008: rounds of ten processes at once, two of them started twice") {
    struct remains of_a_life = remains_of_a_life();
    int before = open_descriptors(), failed = 0;
    unsigned count = rounds_with(of_a_life, 30);
    for (unsigned i = 0; i < count; i++) {
        failed += ten_at_once();
        end_round();
    }
    expect_int(failed, 0, "how many starts failed, with ten starts a round");
    expect_no_more_remains(of_a_life, before, 10 * count);
}
