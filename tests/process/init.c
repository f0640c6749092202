/* init.c - process_init: names that count, options that are refused, and what a process is before its start. */
#include <errno.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/process/children.h"

static int run_nothing(struct process *self) {
    (void)self;
    return 0;
}

static const struct process_class worker = {.type_name = "Worker", .run = run_nothing};

/* Makes an object that runs quit, which must succeed. */
static void make(struct process *p, const struct process_options *options) {
    expect_int(process_init_target(p, quit, NULL, options), 0, "making a process");
}

Test(proc_new, numbers_processes_as_they_are_made, .timeout = 5,
     .description = "PROC-NEW-001: default names number the objects in the order in which they are made") {
    struct process a, b, c;
    make(&a, NULL);
    make(&b, NULL);
    expect_int(process_start(&b), 0, "starting the second one first");
    expect_int(process_start(&a), 0, "starting the first one");
    make(&c, NULL);
    expect_text(process_name(&a), "Process-1", "the name of the first one made");
    expect_text(process_name(&b), "Process-2", "the name of the second one made, which started first");
    expect_text(process_name(&c), "Process-3", "the name of the third one made, not started");
    put_away(&a);
    put_away(&b);
}

Test(proc_new, copies_a_name_and_spends_its_number, .timeout = 5,
     .description =
         "PROC-NEW-002: a name given is copied and used, its number is spent; NULL and \"\" mean the default") {
    struct process net, second, third;
    char name[] = "net";
    make(&net, &(struct process_options){.name = name});
    memcpy(name, "XXX", 3);
    make(&second, &(struct process_options){.name = NULL});
    make(&third, &(struct process_options){.name = ""});
    expect_text(process_name(&net), "net", "the name given, its string overwritten since");
    expect_text(process_name(&second), "Process-2", "the name of the next one, name NULL");
    expect_text(process_name(&third), "Process-3", "the name of the one after that, name \"\"");
}

Test(
    proc_new, names_a_subclass_by_its_type, .timeout = 5,
    .description = "PROC-NEW-003: a subclass's default name begins with its type name, and all types share one count") {
    struct process first, second, third;
    expect_int(process_init(&first, &worker, NULL), 0, "making one of class Worker");
    make(&second, NULL);
    expect_int(process_init(&third, &worker, NULL), 0, "making another one of class Worker");
    expect_text(process_name(&first), "Worker-1", "the name of the first");
    expect_text(process_name(&second), "Process-2", "the name of the second, of a target");
    expect_text(process_name(&third), "Worker-3", "the name of the third");
}

/* Tells the names of the first two objects that this process makes, and starts the first with target. */
static int name_two(process_target *target) {
    struct process first, second;
    if (process_init_target(&first, target, NULL, NULL) != 0 || process_init_target(&second, quit, NULL, NULL) != 0)
        return 1;
    log_line("%s %s", process_name(&first), process_name(&second));
    if (process_start(&first) != 0)
        return 1;
    process_join(&first, -1);
    return 0;
}

static int name_children(void *arg) {
    (void)arg;
    return name_two(quit);
}

static int name_grandchildren(void *arg) {
    (void)arg;
    return name_two(name_children);
}

Test(proc_new, counts_anew_in_a_child, .timeout = 5,
     .description = "PROC-NEW-004: in a child numbers start again below its own, whatever the child is called") {
    struct process first, net, third;
    gates_open();
    make(&first, NULL);
    expect_int(process_init_target(&net, name_grandchildren, NULL, &(struct process_options){.name = "net"}), 0,
               "making the second one, named net");
    make(&third, NULL);
    expect_int(process_start(&net), 0, "starting it");
    expect_text(log_next(), "Process-2:1 Process-2:2", "the first two names that net, the second process, gives");
    expect_text(log_next(), "Process-2:1:1 Process-2:1:2", "the first two names that its first child gives");
    put_away(&net);
    gates_close();
}

Test(proc_new, refuses_what_cannot_be_made, .timeout = 5,
     .description = "PROC-NEW-005: what cannot be made is EINVAL or ENAMETOOLONG, and spends no number") {
    static const struct process_class nameless = {.run = run_nothing}, idle = {.type_name = "Idle"};
    char too_long[PROCESS_NAME_MAX + 2] = "", type_name[PROCESS_NAME_MAX] = "";
    memset(too_long, 'n', PROCESS_NAME_MAX + 1);
    memset(type_name, 't', PROCESS_NAME_MAX - 1); /* with "-1" it is one byte too long */
    const struct process_class long_type = {.type_name = type_name, .run = run_nothing};
    const struct process_options no_daemon = {.daemon = (enum process_daemon)99};
    const struct process_options no_method = {.method = (enum process_start_method)99};
    struct process_options long_name = {.name = too_long};
    struct process p;
    expect_error(process_init(&p, NULL, NULL), EINVAL, "no class");
    expect_error(process_init(&p, &nameless, NULL), EINVAL, "a class without a type name");
    expect_error(process_init(&p, &idle, NULL), EINVAL, "a class without run");
    expect_error(process_init_target(&p, NULL, NULL, NULL), EINVAL, "no target");
    expect_error(process_init(&p, &worker, &no_daemon), EINVAL, "99 for daemon");
    expect_error(process_init_target(&p, quit, NULL, &no_method), EINVAL, "99 for the start method");
    expect_error(process_init(&p, &worker, &long_name), ENAMETOOLONG, "a name of 256 bytes");
    expect_error(process_init(&p, &long_type, NULL), ENAMETOOLONG, "a default name of 256 bytes");
    make(&p, NULL);
    expect_text(process_name(&p), "Process-1", "the first name after all these refusals");
    too_long[PROCESS_NAME_MAX] = '\0';
    make(&p, &long_name);
    expect_text(process_name(&p), too_long, "a name of 255 bytes");
}

Test(proc_new, is_nothing_before_its_start, .timeout = 5,
     .description = "PROC-NEW-006: before its start a process is not alive, with pid 0 and exit code EAGAIN") {
    struct process p;
    int code = -1000;
    gates_open();
    expect_int(process_init_target(&p, hold, NULL, NULL), 0, "making a process");
    expect_int(process_is_alive(&p), false, "whether it is alive before its start");
    expect_int(process_pid(&p), 0, "its pid before its start");
    expect_error(process_exitcode(&p, &code), EAGAIN, "its exit code before its start");
    expect_int(process_start(&p), 0, "starting it");
    expect_int(process_is_alive(&p), true, "whether it is alive after its start");
    let_pass(0, 1);
    put_away(&p);
    gates_close();
}

Test(proc_new, cannot_be_worked_on_before_its_start, .timeout = 5,
     .description = "PROC-NEW-006: before the start join, terminate, kill and sentinel are ESRCH") {
    struct process p;
    make(&p, NULL);
    expect_error(process_join(&p, 0), ESRCH, "joining before the start, without waiting");
    expect_error(process_join(&p, -1), ESRCH, "joining before the start, for ever");
    expect_error(process_terminate(&p), ESRCH, "terminating before the start");
    expect_error(process_kill(&p), ESRCH, "killing before the start");
    expect_error(process_sentinel(&p), ESRCH, "the sentinel before the start");
}
