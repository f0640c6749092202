/* start_short.c - starts while descriptors, processes or threads are short: the error, and what is left behind. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/starts.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/closes.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/shortage.h"

static bool ends_with(struct process *p, int expected) {
    return code_at_end(p) == expected;
}

/* What is wrong after a start that failed with this error, while `before` descriptors were open: "" if nothing is. */
static const char *wrong_after_failure(struct process *p, int error, int expected_error, int before) {
    if (error != expected_error)
        return strerrorname_np(error) != NULL ? strerrorname_np(error) : "no errno";
    if (process_pid(p) != 0)
        return "the object has a pid";
    if (process_is_alive(p) || process_join(p, 0) != -1)
        return "the object counts as started";
    if (open_descriptors() != before)
        return "a descriptor is left open";
    return has_children() ? "a child is left" : "";
}

/* Starts p again, with nothing short. */
static const char *wrong_after_retry(struct process *p, int code) {
    if (process_start(p) != 0)
        return "the next start fails";
    if (!ends_with(p, code))
        return "the next start gives a wrong exit code";
    return process_close(p) == 0 ? "" : "the close fails";
}

/* Tries one start with so many descriptors left. Returns what is wrong. */
static const char *start_with_descriptors(unsigned left, int i) {
    struct process p;
    if (process_init_target(&p, starts[i].target, NULL, &starts[i].options) != 0)
        return "the object cannot be made";
    int before = open_descriptors();
    allow_descriptors((int)left);
    closes_spoil_errno(true);
    int result = process_start(&p), error = errno;
    closes_spoil_errno(false);
    allow_all_descriptors();
    if (result == 0) {
        bool right = ends_with(&p, starts[i].code);
        return process_close(&p) == 0 && right ? "" : "the process has a wrong exit code";
    }
    /* Some calls, such as F_DUPFD and posix_spawn_file_actions_adddup2, have other errors for the same reason. */
    bool is_expected =
        error == EMFILE || (starts[i].options.method == PROCESS_SPAWN && (error == EINVAL || error == EBADF));
    const char *wrong = wrong_after_failure(&p, error, is_expected ? error : EMFILE, before);
    return *wrong != '\0' ? wrong : wrong_after_retry(&p, starts[i].code);
}

static void try_each_number(int i) {
    for (unsigned left = 0; left < 8; left++)
        expect_text(start_with_descriptors(left, i), "", "what is wrong after a %s with %u descriptors left",
                    starts[i].name, left);
}

Test(proc_start, leaves_nothing_if_descriptors_are_short, .timeout = 20,
     .description = "PROC-START-006 PROC-START-006c PROC-START-006d PROC-START-006e PROC-RULE-011 PROC-RULE-011a "
                    "PROC-RULE-011b PROC-RULE-011c: 0 to 7 descriptors left, by fork and by spawn") {
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    expect_int(spawned_register(), 0, "registering the targets");
    for (int i = 0; i < 2; i++)
        try_each_number(i);
    /* A program that has called process_spawn_main may need one descriptor less. So a start may fail at a later call.
     */
    process_spawn_main(1, (char *[]){"test", NULL});
    for (int i = 0; i < 2; i++)
        try_each_number(i);
}

static void allow_so_many(unsigned count) {
    struct rlimit limit;
    getrlimit(RLIMIT_NPROC, &limit);
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    setrlimit(RLIMIT_NPROC, &limit);
}

/* Tries starts while the user may have 0, 1, 2 ... processes and threads, until one succeeds. */
static const char *start_with_processes(int i) {
    enum { MOST = 20000 };
    struct process p;
    int result = -1;
    if (process_init_target(&p, starts[i].target, NULL, &starts[i].options) != 0)
        return "the object cannot be made";
    int before = open_descriptors();
    for (unsigned count = 0; result != 0 && count < MOST; count++) {
        allow_so_many(count);
        result = process_start(&p);
        int error = errno;
        allow_processes();
        const char *wrong = result != 0 ? wrong_after_failure(&p, error, EAGAIN, before) : "";
        if (*wrong != '\0')
            return wrong;
    }
    bool right = result == 0 ? ends_with(&p, starts[i].code) : *wrong_after_retry(&p, starts[i].code) == '\0';
    process_close(&p);
    return right ? "" : "the process has a wrong exit code";
}

static int start_with_few_processes(void *arg) {
    (void)arg;
    forbid_processes();
    allow_processes();
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* LeakSanitizer does not work in the program of another user */
    if (spawned_register() != 0)
        return 1;
    log_line("wrong: %s", start_with_processes(0));
    log_line("wrong: %s", start_with_processes(1));
    return HELD;
}

Test(proc_start, leaves_nothing_if_processes_are_short, .timeout = 20,
     .description = "PROC-START-006 PROC-START-006a PROC-START-006b PROC-START-006c PROC-START-006d PROC-START-006e "
                    "PROC-RULE-011 PROC-RULE-011b: one more process or thread is allowed for each try") {
    gates_open();
    setenv(SPAWNED_VARIABLE, SPAWNED_GUARDED, 1);
    pid_t program = program_start(start_with_few_processes, NULL);
    expect_text(log_next_unless_ended(program), "wrong: ", "what is wrong after a fork");
    expect_text(log_next_unless_ended(program), "wrong: ", "what is wrong after a spawn");
    end_of(program);
    gates_close();
}
