/* init.c - process_init: default names, options that are refused, and what an object is before its start. */
#include <errno.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/process/children.h"

static int run_nothing(struct process *self) {
    (void)self;
    return 0;
}

static const struct process_class worker = {.type_name = "Worker", .run = run_nothing};

/* Makes an object whose target is quit. This must succeed. */
static void make(struct process *p, const struct process_options *options) {
    expect_int(process_init_target(p, quit, NULL, options), 0, "making a process");
}

Test(proc_new, numbers_processes_as_they_are_made, .timeout = 5,
     .description = "PROC-NEW-001 PROC-NEW-001a: makes three objects and starts the second one first") {
    struct process a, b, c;
    make(&a, NULL);
    make(&b, NULL);
    expect_int(process_start(&b), 0, "starting the second one first");
    expect_int(process_start(&a), 0, "starting the first one");
    make(&c, NULL);
    expect_text(process_name(&a), "Process-1", "the name of the object that was made first");
    expect_text(process_name(&b), "Process-2", "the name of the object that was made second and started first");
    expect_text(process_name(&c), "Process-3", "the name of the object that was made third and not started");
    put_away(&a);
    put_away(&b);
}

Test(proc_new, copies_a_name_and_spends_its_number, .timeout = 5,
     .description = "PROC-NEW-002 PROC-NEW-002a: a name that the caller overwrites later, NULL, and \"\"") {
    struct process net, second, third;
    char name[] = "net";
    make(&net, &(struct process_options){.name = name});
    memcpy(name, "XXX", 3);
    process_start(&net); /* so that a count of starts is right here too */
    make(&second, &(struct process_options){.name = NULL});
    process_start(&second);
    make(&third, &(struct process_options){.name = ""});
    expect_text(process_name(&net), "net", "the given name, after the caller has overwritten its string");
    expect_text(process_name(&second), "Process-2", "the name of the second object, made with the name NULL");
    expect_text(process_name(&third), "Process-3", "the name of the third object, made with the name \"\"");
    put_away(&net);
    put_away(&second);
}

Test(proc_new, names_a_subclass_by_its_type, .timeout = 5,
     .description = "PROC-NEW-003: two objects of a class Worker, and one target between them") {
    struct process first, second, third;
    expect_int(process_init(&first, &worker, NULL), 0, "making an object of class Worker");
    process_start(&first); /* so that a count of starts is right here too */
    make(&second, NULL);
    process_start(&second);
    expect_int(process_init(&third, &worker, NULL), 0, "making another object of class Worker");
    expect_text(process_name(&first), "Worker-1", "the name of the first");
    expect_text(process_name(&second), "Process-2", "the name of the second, which has a target");
    expect_text(process_name(&third), "Worker-3", "the name of the third");
    put_away(&first);
    put_away(&second);
}

/* Makes the first two objects of this process and logs their names. The first one, with target, ends before the second
 * one is made. */
static int name_two(process_target *target) {
    struct process first, second;
    if (process_init_target(&first, target, NULL, NULL) != 0)
        return 1;
    log_line("%s", process_name(&first));
    if (process_start(&first) != 0)
        return 1;
    put_away(&first);
    if (process_init_target(&second, quit, NULL, NULL) != 0)
        return 1;
    log_line("%s", process_name(&second));
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
     .description = "PROC-NEW-004 PROC-NEW-004a: a child named net and its own child each name two objects") {
    struct process first, net, third;
    gates_open();
    make(&first, NULL);
    expect_int(process_start(&first), 0, "starting it");
    put_away(&first);
    expect_int(process_init_target(&net, name_grandchildren, NULL, &(struct process_options){.name = "net"}), 0,
               "making the second object, named net");
    expect_int(process_start(&net), 0, "starting it");
    make(&third, NULL);
    expect_text(log_next(), "Process-2:1", "the name of the first object that net makes");
    expect_text(log_next(), "Process-2:1:1", "the name of the first object that the first child of net makes");
    expect_text(log_next(), "Process-2:1:2", "the name of the second object that the first child of net makes");
    expect_text(log_next(), "Process-2:2", "the name of the second object that net makes");
    put_away(&net);
    gates_close();
}

Test(proc_new, refuses_what_cannot_be_made, .timeout = 5,
     .description = "PROC-NEW-005 PROC-NEW-005a PROC-NEW-005b PROC-NEW-005c: NULL arguments, 99 in both enums, and "
                    "names of 256 and 255 bytes") {
    static const struct process_class nameless = {.run = run_nothing}, idle = {.type_name = "Idle"};
    char too_long[PROCESS_NAME_MAX + 2] = "", type_name[PROCESS_NAME_MAX] = "";
    memset(too_long, 'n', PROCESS_NAME_MAX + 1);
    memset(type_name, 't', PROCESS_NAME_MAX - 1); /* the default name adds "-1", which is one byte too long */
    const struct process_class long_type = {.type_name = type_name, .run = run_nothing};
    const struct process_options no_daemon = {.daemon = (enum process_daemon)99};
    const struct process_options no_method = {.method = (enum process_start_method)99};
    struct process_options long_name = {.name = too_long};
    struct process p;
    expect_error(process_init(&p, NULL, NULL), EINVAL, "making an object without a class");
    expect_error(process_init(&p, &nameless, NULL), EINVAL, "making an object of a class without a type name");
    expect_error(process_init(&p, &idle, NULL), EINVAL, "making an object of a class without run");
    expect_error(process_init_target(&p, NULL, NULL, NULL), EINVAL, "making an object without a target");
    expect_error(process_init(&p, &worker, &no_daemon), EINVAL, "making an object with 99 for daemon");
    expect_error(process_init_target(&p, quit, NULL, &no_method), EINVAL,
                 "making an object with 99 for the start method");
    expect_error(process_init(&p, &worker, &long_name), ENAMETOOLONG, "making an object with a name of 256 bytes");
    expect_error(process_init(&p, &long_type, NULL), ENAMETOOLONG, "making an object whose default name has 256 bytes");
    make(&p, NULL);
    expect_text(process_name(&p), "Process-1", "the default name of the first object after these refusals");
    too_long[PROCESS_NAME_MAX] = '\0';
    make(&p, &long_name);
    expect_text(process_name(&p), too_long, "the name of an object made with a name of 255 bytes");
}

Test(proc_new, is_nothing_before_its_start, .timeout = 5,
     .description = "PROC-NEW-006: is_alive, pid and exit code of an object that was not started") {
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
     .description = "PROC-NEW-006: join, terminate, kill and sentinel of an object that was not started") {
    struct process p;
    make(&p, NULL);
    expect_error(process_join(&p, 0), ESRCH, "joining before the start, without waiting");
    expect_error(process_join(&p, -1), ESRCH, "joining before the start, for ever");
    expect_error(process_terminate(&p), ESRCH, "terminating before the start");
    expect_error(process_kill(&p), ESRCH, "killing before the start");
    expect_error(process_sentinel(&p), ESRCH, "the sentinel before the start");
}
