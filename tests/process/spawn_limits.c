/* spawn_limits.c - what cannot be spawned: bad registrations, two errors at once, and shortages. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/spawned.h"
#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/partial_io.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"
#include "support/process/reports.h"
#include "support/process/shortage.h"

static struct process_options spawn_with(size_t arg_size) {
    return (struct process_options){.method = PROCESS_SPAWN, .arg_size = arg_size};
}

/* Joins and closes a child that was just started. Its exit code must be right. */
static void expect_fine(struct process *p, const char *which) {
    expect_int(code_at_end(p), SPAWNED_FINE, "the exit code of %s", which);
    process_close(p);
}

Test(proc_spawn, looks_at_the_target_first, .timeout = 10,
     .description = "PROC-SPAWN-004a PROC-SPAWN-004 PROC-SPAWN-004b: 1 MiB plus 1 byte for a target that is registered "
                    "only later") {
    static char bytes[PROCESS_ARG_MAX + 1];
    const struct process_options too_many = spawn_with(sizeof bytes), none = spawn_with(0);
    struct process large, p;
    expect_int(process_init_target(&large, spawned_begun_anew, bytes, &too_many), 0, "making a process");
    expect_error(process_start(&large), EINVAL, "spawning an unregistered target with too many bytes");
    expect_int(spawned_register(), 0, "registering the targets");
    expect_error(process_start(&large), E2BIG, "spawning the same object, whose target is registered now");
    expect_int(has_children(), false, "whether there is a child");
    expect_int(process_close(&large), 0, "closing it");
    launch_as(&p, spawned_begun_anew, NULL, &none);
    expect_fine(&p, "another child with the same target");
}

/* The start may fail, or succeed with all the bytes: an implementation may need no file and few descriptors. The number
 * of assertions is the same. */
static void expect_start_or_error(struct process *p, int result, int error, int expected, int before,
                                  const char *when) {
    bool failed = result != 0;
    expect_int(failed ? error : expected, expected, "errno of process_start %s", when);
    expect_int(failed ? open_descriptors() : before, before,
               "the number of open descriptors after a start that failed %s", when);
    expect_int(failed && has_children(), false, "whether a child is left of a start that failed %s", when);
    expect_int(failed ? process_start(p) : 0, 0, "starting it again if it failed %s", when);
    expect_fine(p, when);
}

Test(proc_spawn, can_be_tried_again_after_a_shortage_of_descriptors, .timeout = 10,
     .description = "PROC-SPAWN-004c PROC-RULE-011 PROC-RULE-011a PROC-RULE-011b PROC-RULE-011c: 0 to 5 more "
                    "descriptors are allowed during the start") {
    const struct process_options none = spawn_with(0);
    int taken[24]; /* so that the limit is not below numbers that the code under test chooses itself */
    for (int i = 0; i < 24; i++)
        require((taken[i] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) != -1, "open a descriptor");
    expect_int(spawned_register(), 0, "registering the targets");
    for (unsigned more = 0; more <= 5; more++) {
        struct process p;
        char when[64];
        snprintf(when, sizeof when, "with room for %u descriptors", more);
        expect_int(process_init_target(&p, spawned_begun_anew, NULL, &none), 0, "making a process");
        int before = open_descriptors();
        allow_descriptors((int)more);
        int result = process_start(&p), error = errno;
        allow_all_descriptors();
        expect_start_or_error(&p, result, error, EMFILE, before, when);
    }
    for (int i = 0; i < 24; i++)
        close(taken[i]);
}

Test(proc_spawn, can_be_tried_again_after_a_shortage_of_room, .timeout = 10,
     .description = "PROC-SPAWN-004c PROC-SPAWN-002a: no file may grow beyond 64 KiB, and the argument is 512 KiB") {
    enum { COUNT = 1 << 19 };
    struct process p;
    const struct process_options options = spawn_with(sizeof(struct spawned_bytes) + COUNT);
    struct spawned_bytes *given = spawned_bytes_of(COUNT, 0xa5);
    expect_int(spawned_register(), 0, "registering the targets");
    expect_int(process_init_target(&p, spawned_check_bytes, given, &options), 0, "making a process");
    int before = open_descriptors();
    limit_files(1 << 16);
    int result = process_start(&p), error = errno;
    allow_files();
    expect_start_or_error(&p, result, error, EFBIG, before, "with full files");
    free(given);
}

/* Spawns a child with 50,000 bytes while descriptor number fd of this process moves few bytes at a time. */
static void expect_bytes_in_pieces(int fd, const char *which) {
    enum { COUNT = 50000 };
    struct process p;
    const struct process_options options = spawn_with(sizeof(struct spawned_bytes) + COUNT);
    struct spawned_bytes *given = calloc(1, options.arg_size);
    require(given != NULL, "find memory");
    for (int i = 0; i < COUNT; i++)
        given->bytes[i] = (unsigned char)(i * 7 % 251);
    given->count = COUNT;
    given->sum = spawned_sum(given->bytes, COUNT);
    expect_int(process_init_target(&p, spawned_check_bytes, given, &options), 0, "making a process");
    partial_io_start(fd, (struct partial_io){.most = 700, .waiting = -1});
    int result = process_start(&p);
    partial_io_stop();
    expect_int(result, 0, "spawning it while %s is rough", which);
    expect_fine(&p, which);
    free(given);
}

Test(proc_spawn, hands_the_bytes_over_in_pieces, .timeout = 10,
     .description = "PROC-SPAWN-002 PROC-SPAWN-002a: descriptors move few bytes at a time, in the parent and in the "
                    "child") {
    static const char *const which[] = {"the first new descriptor", "the second new descriptor",
                                        "the third new descriptor", "the fourth new descriptor"};
    expect_int(spawned_register(), 0, "registering the targets");
    setenv(SPAWNED_VARIABLE, SPAWNED_ROUGHLY, 1);
    int next = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    close(next);
    for (int i = 0; i < 4; i++)
        expect_bytes_in_pieces(next + i, which[i]);
}

/* A program that spawns a child twice. The first time the limit forbids it. */
static int spawn_without_and_with_leave(void *arg) {
    struct process p;
    const struct process_options none = spawn_with(0);
    int code = -1;
    (void)arg;
    if (spawned_register() != 0 || process_init_target(&p, spawned_begun_anew, NULL, &none) != 0)
        return 1;
    int before = open_descriptors();
    forbid_processes();
    int result = process_start(&p), error = errno;
    log_line("%d %s, %d descriptors more", result, result == -1 ? strerrorname_np(error) : "",
             open_descriptors() - before);
    allow_processes();
    log_line("%d", result = process_start(&p));
    if (result == 0)
        code = code_at_end(&p);
    log_line("code %d", code);
    return 0;
}

Test(proc_spawn, can_be_tried_again_after_a_shortage_of_processes, .timeout = 10,
     .description = "PROC-SPAWN-004c: RLIMIT_NPROC forbids one start, and then it is allowed again") {
    gates_open();
    pid_t program = program_start(spawn_without_and_with_leave, NULL);
    expect_text(log_next_unless_ended(program), "-1 EAGAIN, 0 descriptors more",
                "a spawn while RLIMIT_NPROC allows no process");
    expect_text(log_next_unless_ended(program), "0", "a spawn of the same object when processes are allowed again");
    expect_text(log_next_unless_ended(program), "code 42", "the exit code of the spawned child");
    end_of(program);
    gates_close();
}

/* Registers n names of the target, beginning with number first. Returns how many were accepted. */
static int register_names(int first, int n, process_target *target) {
    static char names[PROCESS_TARGETS_MAX][16];
    int accepted = 0;
    for (int i = first; i < first + n; i++) {
        snprintf(names[i], sizeof names[i], "name %d", i);
        accepted += process_register(names[i], target) == 0;
    }
    return accepted;
}

Test(proc_spawn, finds_the_last_of_many_targets, .timeout = 10,
     .description =
         "PROC-SPAWN-009f PROC-SPAWN-009c: 40 names of one target before all others; the last name has 255 bytes") {
    struct process p;
    const struct process_options none = spawn_with(0);
    expect_int(register_names(0, 40, quit), 40, "how many of 40 names of one target are accepted");
    expect_int(spawned_register(), 0, "registering the targets");
    launch_as(&p, spawned_long_named, NULL, &none);
    expect_fine(&p, "a child whose target was registered last, under a name of 255 bytes");
}

Test(
    proc_spawn, refuses_a_name_for_its_first_reason, .timeout = 10,
    .description = "PROC-SPAWN-009e PROC-SPAWN-009a PROC-SPAWN-009b: two or three reasons at once, then a full table") {
    static char name[PROCESS_NAME_MAX + 2];
    struct process p;
    const struct process_options none = spawn_with(0);
    memset(name, 'n', PROCESS_NAME_MAX + 1);
    expect_int(spawned_register(), 0, "registering the targets");
    expect_error(process_register("begun anew", quit), EEXIST, "registering another target under a taken name");
    expect_error(process_register(name, NULL), EINVAL, "registering a name of 256 bytes without a target");
    expect_error(process_register("begun anew", NULL), EINVAL, "registering a taken name without a target");
    int more = 0;
    while (more < PROCESS_TARGETS_MAX && register_names(more, 1, hold) == 1)
        more++;
    expect_error(process_register("one more", quit), ENOSPC, "registering one more name, with a full table");
    expect_error(process_register("one more", hold), ENOSPC, "registering one more name of a known target");
    expect_error(process_register(name, quit), ENAMETOOLONG, "registering a name of 256 bytes, with a full table");
    expect_error(process_register("", quit), EINVAL, "registering an empty name, with a full table");
    expect_error(process_register("begun anew", quit), EEXIST, "registering a taken name, with a full table");
    launch_as(&p, spawned_begun_anew, NULL, &none);
    expect_fine(&p, "a child whose name was refused to another target");
}

Test(proc_spawn, takes_only_the_flag_for_the_flag, .timeout = 10,
     .description = "PROC-SPAWN-005a PROC-SPAWN-005b: no argv[0], the flag in argv[0] or argv[2], longer, shorter") {
    char *cases[][4] = {
        {NULL},
        {PROCESS_SPAWN_FLAG, NULL},
        {"bank", "other", PROCESS_SPAWN_FLAG, NULL},
        {"bank", PROCESS_SPAWN_FLAG "-not", NULL},
        {"bank", "--timeslice", NULL},
        {"bank", "", NULL},
    };
    struct process before, after;
    int code = 5;
    launch(&before, quit, &code);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int argc = 0;
        while (cases[i][argc] != NULL)
            argc++;
        expect_int(process_spawn_main(argc, cases[i]), 0, "process_spawn_main with argv number %zu of the list", i + 1);
    }
    expect_text(process_name(process_current()), PROCESS_MAIN_NAME, "the name of this process after that");
    expect_int(code_at_end(&before), 5, "the exit code of a process started before the guard");
    launch(&after, quit, &code);
    expect_text(process_name(&after), "Process-2", "the name of a process made after the guard");
    expect_int(code_at_end(&after), 5, "its exit code");
    process_close(&before);
    process_close(&after);
}

Test(proc_spawn, prints_first_what_came_first, .timeout = 10,
     .description = "PROC-START-005b: text in the buffer of standard output before a spawn, and the child's own text") {
    struct process p;
    struct spawned_end end = {SPAWNED_RETURNS, 0};
    const struct process_options options = spawn_with(sizeof end);
    expect_int(spawned_register(), 0, "registering the targets");
    reports_begin();
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
    fputs("first, then ", stdout);
    bool done = process_init_target(&p, spawned_end, &end, &options) == 0 && process_start(&p) == 0;
    code_at_end(&p);
    fflush(stdout);
    reports_stop();
    expect_true(done, "the child was started");
    expect_text(reports_so_far(), "first, then buffered",
                "what standard output got from the parent and from the child");
    reports_end();
    process_close(&p);
}
