/* isolation.c - memory is private: a forked child has a copy of the values at its start, and its parent does not see
 * what it writes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/process/children.h"
#include "support/process/fork_order.h"

static int in_static_memory = 1;

/* Pointers to one value in each kind of memory. */
struct values {
    int *fixed, *automatic, *heap;
};

static void set_all(const struct values *values, int value) {
    *values->fixed = *values->automatic = *values->heap = value;
}

static int tell_values(void *arg) {
    const struct values *values = arg;
    log_line("%d %d %d", *values->fixed, *values->automatic, *values->heap);
    return 0;
}

Test(proc_isolation, copies_the_values_of_the_start, .timeout = 5,
     .description = "PROC-ISO-001 PROC-ISO-001a PROC-ISO-001b: static, automatic and heap values that change before "
                    "and after the start") {
    int automatic = 1;
    struct values values = {&in_static_memory, &automatic, malloc(sizeof(int))};
    struct process p;
    require(values.heap != NULL, "find memory");
    gates_open();
    set_all(&values, 1);
    expect_int(process_init_target(&p, tell_values, &values, NULL), 0, "making a process while the values are 1");
    set_all(&values, 2);
    set_fork_order(PARENT_FIRST);
    expect_int(process_start(&p), 0, "starting it while the values are 2");
    set_all(&values, 3);
    expect_text(log_next(), "2 2 2",
                "the child's static, automatic and heap values; the parent set them to 3 after the start");
    put_away(&p);
    free(values.heap);
    gates_close();
}

/* After gate 0 it sets the values to 10 and logs this. After gate 1 it logs the values. */
static int write_values(void *arg) {
    wait_at(0);
    set_all(arg, 10);
    log_line("wrote 10");
    wait_at(1);
    return tell_values(arg);
}

/* After gate 2 it logs the values. */
static int read_values(void *arg) {
    wait_at(2);
    return tell_values(arg);
}

Test(proc_isolation, keeps_writes_to_oneself, .timeout = 5,
     .description =
         "PROC-ISO-002 PROC-ISO-002a: a child, its sibling and its parent write and read the same variables") {
    int automatic = 1;
    struct values values = {&in_static_memory, &automatic, malloc(sizeof(int))};
    struct process writer, reader;
    require(values.heap != NULL, "find memory");
    gates_open();
    set_all(&values, 1);
    launch(&writer, write_values, &values);
    launch(&reader, read_values, &values);
    let_pass(0, 1);
    expect_text(log_next(), "wrote 10", "what the first child logged");
    expect_true(in_static_memory == 1 && automatic == 1 && *values.heap == 1,
                "the parent still sees 1 in all three values");
    set_all(&values, 5);
    let_pass(2, 1);
    expect_text(log_next(), "1 1 1", "the second child's values, after its sibling wrote 10 and its parent wrote 5");
    let_pass(1, 1);
    expect_text(log_next(), "10 10 10", "the first child's values, after its parent wrote 5");
    put_away(&writer);
    put_away(&reader);
    free(values.heap);
    gates_close();
}

/* A subclass whose fields are in the object. */
struct counter {
    struct process process;
    int value;
};

static _Thread_local int of_the_thread = 1;

/* Logs what it sees, writes 10 everywhere, logs this, and after gate 0 logs what it sees then. */
static int count(struct process *self) {
    struct counter *counter = (struct counter *)self;
    log_line("%d %d %s", counter->value, of_the_thread, getenv("TIMESLICE_ISOLATION"));
    counter->value = of_the_thread = 10;
    setenv("TIMESLICE_ISOLATION", "ten", 1);
    log_line("wrote 10");
    wait_at(0);
    log_line("%d %d %s", counter->value, of_the_thread, getenv("TIMESLICE_ISOLATION"));
    return 0;
}

static const struct process_class counter_class = {.type_name = "Counter", .run = count};

static void set_fields(struct counter *counter, int value, const char *word) {
    counter->value = of_the_thread = value;
    setenv("TIMESLICE_ISOLATION", word, 1);
}

Test(proc_isolation, copies_the_object_of_the_start, .timeout = 5,
     .description =
         "PROC-ISO-001 PROC-ISO-001a PROC-ISO-001b: a field of a subclass, a variable of the thread, and the "
         "environment") {
    struct counter counter;
    gates_open();
    set_fields(&counter, 1, "one");
    expect_int(process_init(&counter.process, &counter_class, NULL), 0, "making a process while the values are 1");
    set_fields(&counter, 2, "two");
    set_fork_order(PARENT_FIRST);
    expect_int(process_start(&counter.process), 0, "starting it while the values are 2");
    set_fields(&counter, 3, "three");
    expect_text(log_next(), "2 2 two",
                "what the child sees of the three values; the parent set them to 3 after the start");
    let_pass(0, 1);
    put_away(&counter.process);
    gates_close();
}

Test(
    proc_isolation, keeps_writes_of_a_subclass_to_oneself, .timeout = 5,
    .description = "PROC-ISO-002 PROC-ISO-002a: a field of a subclass, a variable of the thread, and the environment") {
    struct counter counter;
    gates_open();
    expect_int(process_init(&counter.process, &counter_class, NULL), 0, "making a process");
    set_fields(&counter, 2, "two");
    expect_int(process_start(&counter.process), 0, "starting it while the values are 2");
    log_next();
    expect_text(log_next(), "wrote 10", "what the child logged then");
    expect_true(counter.value == 2 && of_the_thread == 2 && strcmp(getenv("TIMESLICE_ISOLATION"), "two") == 0,
                "the parent still sees 2 in all three values");
    set_fields(&counter, 3, "three");
    let_pass(0, 1);
    expect_text(log_next(), "10 10 ten", "what the child sees after its parent wrote 3");
    put_away(&counter.process);
    gates_close();
}
