/* isolation.c - memory is private: a forked child has a copy of the values at its start, and its parent does not see
 * what it writes. */
#include <stdio.h>
#include <stdlib.h>

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
     .description = "PROC-ISO-001: static, automatic and heap values that change before and after the start") {
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
     .description = "PROC-ISO-002: a child, its sibling and its parent write and read the same variables") {
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
