/* names.c - default names and numbers: many objects, deep trees, refusals, and processes of a plain fork. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/rounds.h"
#include "support/process/children.h"
#include "support/process/kernel_view.h"
#include "support/process/program.h"

static int run_nothing(struct process *self) {
    (void)self;
    return 0;
}

static const struct process_class worker = {.type_name = "Worker", .run = run_nothing};

Test(proc_new, counts_without_a_limit, .timeout = 10,
     .description = "PROC-NEW-001 PROC-NEW-001b PROC-NEW-001c: seventy thousand objects, half of them closed") {
    struct process p;
    char expected[32];
    unsigned count = rounds(70000), wrong = 0, first_wrong = 0;
    for (unsigned number = 1; number <= count; number++) {
        snprintf(expected, sizeof expected, "Process-%u", number);
        bool right = process_init_target(&p, quit, NULL, NULL) == 0 && strcmp(process_name(&p), expected) == 0;
        if (number % 2 == 0)
            process_close(&p);
        if (!right && wrong++ == 0)
            first_wrong = number;
    }
    expect_int(wrong, 0, "how many objects had a wrong name right after they were made (the first one: number %u)",
               first_wrong);
}

static int name_two(void *arg) {
    struct process p, q;
    (void)arg;
    if (process_init_target(&p, quit, NULL, NULL) != 0)
        return 1;
    log_line("%s", process_name(&p));
    process_start(&p); /* so that a count of starts is right here too */
    if (process_init_target(&q, quit, NULL, NULL) != 0)
        return 1;
    log_line("%s", process_name(&q));
    put_away(&p);
    return strcmp(process_name(process_current()), PROCESS_MAIN_NAME);
}

Test(proc_new, goes_on_counting_after_a_plain_fork, .timeout = 5,
     .description = "PROC-NEW-001 PROC-RULE-010: the main process forks after its first object") {
    struct process first, next;
    gates_open();
    expect_int(process_init_target(&first, quit, NULL, NULL), 0, "making the first object");
    expect_int(end_of(plain_start(name_two, NULL)), 0,
               "the exit code of the process of a plain fork, which is 0 if process_current() is MainProcess there");
    expect_text(log_next(), "Process-2", "the names in the process of a plain fork");
    expect_text(log_next(), "Process-3", "the names in the process of a plain fork");
    expect_int(process_init_target(&next, quit, NULL, NULL), 0, "making the second object in the main process");
    expect_text(process_name(&next), "Process-2", "its name: the objects of the other process do not count");
    gates_close();
}

Test(proc_new, keeps_the_memory_of_a_name, .timeout = 5,
     .description = "PROC-NEW-002 PROC-NEW-002b: one pointer to a name, read after start, end, join and close") {
    struct process p;
    char given[] = "a name with spaces, %s and \xe8\xbf\x9b";
    const struct process_options options = {.name = given};
    expect_int(process_init_target(&p, quit, NULL, &options), 0, "making a process with a name");
    const char *name = process_name(&p);
    memset(given, 'X', sizeof given - 1);
    expect_text(name, "a name with spaces, %s and \xe8\xbf\x9b", "its name");
    expect_text(process_name(process_current()), "MainProcess", "the name of the main process");
    expect_text(name, "a name with spaces, %s and \xe8\xbf\x9b", "the first name, after another one was read");
    expect_int(process_start(&p), 0, "starting it");
    expect_text(name, "a name with spaces, %s and \xe8\xbf\x9b", "the text at the same pointer after the start");
    await_end(&p);
    put_away(&p);
    expect_text(name, "a name with spaces, %s and \xe8\xbf\x9b", "the text at the same pointer after the close");
}

static int name_a_worker(void *arg) {
    struct process p;
    (void)arg;
    log_line("%s", process_init(&p, &worker, NULL) == 0 ? process_name(&p) : "");
    return 0;
}

Test(proc_new, gives_each_child_its_own_count, .timeout = 5,
     .description =
         "PROC-NEW-004 PROC-NEW-004b PROC-NEW-004c PROC-NEW-004d: three children that make objects, one after "
         "another, and their parent in between") {
    struct process first, second, third;
    gates_open();
    expect_int(process_init_target(&first, name_two, NULL, NULL), 0, "making the first object");
    expect_int(process_start(&first), 0, "starting the first");
    expect_int(process_init_target(&second, name_a_worker, NULL, NULL), 0, "making the second object");
    expect_text(log_next(), "Process-1:1", "the names that the first process gives");
    expect_text(log_next(), "Process-1:2", "the names that the first process gives");
    put_away(&first);
    expect_int(process_start(&second), 0, "starting the second");
    expect_int(process_init_target(&third, name_two, NULL, NULL), 0, "making the third object");
    expect_text(log_next(), "Worker-2:1", "the name that the second process gives to a Worker");
    put_away(&second);
    expect_text(process_name(&third), "Process-3", "the name of the third object");
    expect_int(process_start(&third), 0, "starting the third");
    expect_text(log_next(), "Process-3:1", "the names that the third process gives");
    expect_text(log_next(), "Process-3:2", "the names that the third process gives");
    put_away(&third);
    gates_close();
}

/* Makes *p and logs whether this fails. Returns whether it failed. */
static bool refuses(struct process *p, const char *name) {
    const struct process_options options = {.name = name};
    int result = process_init_target(p, quit, NULL, &options), error = errno;
    if (result != 0)
        log_line("%s at a depth of %zu bytes", strerrorname_np(error), strlen(process_name(process_current())));
    return result != 0;
}

/* Makes count objects with a name. Stops at the first that is refused. */
static int make_named(int count) {
    struct process p;
    int made = 0;
    while (made < count && process_init_target(&p, quit, NULL, &(struct process_options){.name = "n"}) == 0)
        made++;
    return made;
}

static void tell_refusals(struct process *p) {
    refuses(p, "n");
    int result = process_init(p, NULL, &(struct process_options){.name = "n"}), error = errno;
    log_line("no class: %d %s", result, strerrorname_np(error));
}

/* Makes 99 objects, and starts the hundredth with itself as target. The name of each process is a text of so many
 * letters as its number in the tree has: "100" has 3, "100:100" has 7. Does not wait. */
static int descend(void *arg) {
    static struct process objects[PROCESS_NAME_MAX / 4 + 2]; /* a process must not make its own object again */
    static char name[PROCESS_NAME_MAX + 5];
    static bool told;
    size_t length = strlen(process_name(process_current()));
    struct process *p = &objects[length / 4 + 1];
    (void)arg;
    memset(name, 'n', length + 4);
    make_named(98);
    if (told || (told = refuses(p, NULL)))
        make_named(1);
    if (length == PROCESS_NAME_MAX)
        tell_refusals(p);
    else if (process_init_target(p, descend, NULL, &(struct process_options){.name = name}) != 0 ||
             process_start(p) != 0)
        log_line("a depth of %zu bytes cannot be reached", length + 4);
    _exit(0);
}

/* The next line of the log. Meanwhile it waits for the descendants that have ended, because the caller has adopted them
 * and zombies count as processes. Returns "" if none is left. */
static const char *log_while_waiting(void) {
    const char *line = log_next_if_any();
    while (*line == '\0' && (waitpid(-1, NULL, 0) > 0 || errno == EINTR))
        line = log_next_if_any();
    return *line != '\0' ? line : log_next_if_any();
}

Test(proc_new, refuses_numbers_that_are_too_long, .timeout = 20,
     .description =
         "PROC-NEW-005d PROC-NEW-005c PROC-NEW-005e: 64 generations, each process the hundredth of its parent") {
    struct process p;
    gates_open();
    adopt_orphans();
    expect_int(make_named(99), 99, "how many of 99 objects could be made");
    launch_as(&p, descend, NULL, &(struct process_options){.name = "nnn"});
    expect_text(log_while_waiting(), "ENAMETOOLONG at a depth of 247 bytes",
                "which default name is the first one refused");
    expect_text(log_while_waiting(), "ENAMETOOLONG at a depth of 255 bytes",
                "which given name is the first one refused");
    expect_text(log_while_waiting(), "no class: -1 EINVAL", "the error if a class is missing there too");
    put_away(&p);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        continue;
    gates_close();
}
