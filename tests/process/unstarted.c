/* unstarted.c - objects before their start: what memory they are made in, what they cost, and which errors come first.
 */
#include <errno.h>
#include <string.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"

static int run_nothing(struct process *self) {
    (void)self;
    return 0;
}

static const struct process_class worker = {.type_name = "Worker", .run = run_nothing};
static const struct process_class nameless = {.run = run_nothing}, idle = {.type_name = "Idle"};

Test(proc_new, refuses_with_einval_first, .timeout = 5,
     .description = "PROC-NEW-005a PROC-NEW-005b PROC-NEW-005e PROC-RULE-001: each mistake, alone and together with a "
                    "name of 256 bytes") {
    char too_long[PROCESS_NAME_MAX + 2] = "";
    memset(too_long, 'n', PROCESS_NAME_MAX + 1);
    const struct process_options all[] = {
        {.daemon = (enum process_daemon)99},
        {.daemon = (enum process_daemon)99, .name = too_long},
        {.method = (enum process_start_method)99},
        {.method = (enum process_start_method)99, .name = too_long},
        {.name = too_long},
    };
    struct process p;
    for (int i = 0; i < 4; i++) {
        step("options number %d", i);
        expect_error(process_init(&p, &worker, &all[i]), EINVAL, "process_init with 99 in a field (%d)", i);
        expect_error(process_init_target(&p, quit, NULL, &all[i]), EINVAL, "process_init_target with 99 (%d)", i);
    }
    expect_error(process_init(&p, NULL, &all[4]), EINVAL, "no class, and a long name");
    expect_error(process_init(&p, &nameless, &all[4]), EINVAL, "no type name, and a long name");
    expect_error(process_init(&p, &nameless, &(struct process_options){.name = "n"}), EINVAL, "no type name, a name");
    expect_error(process_init(&p, &idle, &all[4]), EINVAL, "no run, and a long name");
    expect_error(process_init_target(&p, NULL, NULL, &all[4]), EINVAL, "no target, and a long name");
    expect_error(process_init_target(&p, quit, NULL, &all[4]), ENAMETOOLONG, "a target and a long name");
    expect_int(process_init_target(&p, quit, NULL, NULL), 0, "making an object");
    expect_text(process_name(&p), "Process-1", "the name of the first object that was made");
}

/* Makes an object in memory that is filled with this byte. */
static void expect_nothing_in(int byte) {
    struct process p;
    int code = -1000;
    memset(&p, byte, sizeof p);
    step("memory that is filled with the byte %d", byte);
    expect_int(process_init_target(&p, quit, NULL, NULL), 0, "making an object there");
    expect_int(process_is_alive(&p), false, "whether it is alive before its start");
    expect_int(process_pid(&p), 0, "its pid before its start");
    expect_int(process_is_daemon(&p), false, "whether it is a daemon");
    expect_error(process_exitcode(&p, &code), EAGAIN, "its exit code before its start");
    expect_error(process_join(&p, 1), ESRCH, "joining it before its start");
    expect_error(process_terminate(&p), ESRCH, "terminating it before its start");
    expect_error(process_kill(&p), ESRCH, "killing it before its start");
    expect_error(process_sentinel(&p), ESRCH, "its sentinel before its start");
    expect_int(process_start(&p), 0, "starting it");
    expect_int(code_at_end(&p), 0, "its exit code");
    process_close(&p);
}

Test(proc_new, is_made_in_any_memory, .timeout = 5,
     .description = "PROC-NEW-006 PROC-RULE-005a PROC-RULE-001d: memory filled with the bytes 1, 165 and 255") {
    expect_nothing_in(1);
    expect_nothing_in(165);
    expect_nothing_in(255);
}

Test(proc_new, costs_nothing_before_its_start, .timeout = 5,
     .description = "PROC-NEW-006a: counts descriptors and children after a hundred objects") {
    static struct process p[100];
    int before = open_descriptors(), failed = 0;
    for (int i = 0; i < 100; i++) {
        const struct process_options options = {.method = i % 2 ? PROCESS_SPAWN : PROCESS_FORK};
        failed += i % 3 ? process_init_target(&p[i], quit, NULL, &options) : process_init(&p[i], &worker, &options);
    }
    expect_int(failed, 0, "how many objects could not be made");
    expect_int(open_descriptors(), before, "the number of open descriptors");
    expect_int(has_children(), false, "whether there is any child");
}

Test(proc_new, can_be_made_again_if_it_was_not_started, .timeout = 5,
     .description = "PROC-NEW-006 PROC-RULE-005 PROC-RULE-001a: an object is made, made again, closed and made again") {
    struct process p;
    int five = 5, six = 6, code = -1000;
    expect_int(process_init_target(&p, quit, &five, NULL), 0, "making an object");
    expect_int(process_init(&p, &worker, &(struct process_options){.daemon = PROCESS_DAEMON_YES}), 0,
               "making it again");
    expect_int(process_is_daemon(&p), true, "whether it is a daemon now");
    expect_int(process_close(&p), 0, "closing it");
    expect_error(process_join(&p, 0), EINVAL, "joining it after the close");
    expect_error(process_exitcode(&p, &code), EINVAL, "its exit code after the close");
    expect_int(process_init_target(&p, quit, &six, NULL), 0, "making it again");
    expect_error(process_join(&p, 0), ESRCH, "joining the new object");
    expect_int(process_start(&p), 0, "starting it");
    expect_int(code_at_end(&p), 6, "its exit code");
    process_close(&p);
}
