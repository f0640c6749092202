/* fault_memory.c - every allocation of the submission fails once: the first one, then the second one, and so on. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <timeslice/state.h>
#include <unistd.h>

#include "faulted.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/faults/sweep.h"
#include "support/process/children.h"
#include "support/process/gates.h"
#include "support/process/program.h"

Test(proc_fault, lets_a_fork_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002 PROC-FAULT-002a PROC-RULE-008 PROC-RULE-011 PROC-RULE-011a "
                    "PROC-RULE-011b PROC-RULE-011c: two forks, and the first child still runs") {
    start_beside_another(0);
}

Test(proc_fault, lets_a_spawn_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002 PROC-FAULT-002a PROC-RULE-008 PROC-RULE-011 PROC-RULE-011a PROC-RULE-011b "
                    "PROC-RULE-011c: a fork, then a spawn") {
    start_beside_another(1);
}

Test(proc_fault, lets_a_question_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002 PROC-RULE-011c: join, exit code, terminate and close, before and after the end") {
    ask_or_short();
}

Test(proc_fault, lets_a_task_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002 PROC-TASK-001i: task_call") {
    call_or_short();
}

Test(proc_fault, lets_only_the_child_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002c PROC-FAULT-002: the process of a task") {
    call_with_short_child();
}

Test(proc_fault, lets_a_queue_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002b PROC-FAULT-002 PROC-TASK-004b PROC-TASK-008d: two tasks that end before the "
                    "dispatch, and one that continues to run") {
    queue_or_short(2);
}

Test(proc_fault, lets_the_only_ended_task_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002b PROC-FAULT-002 PROC-TASK-008d: one task that ends before the dispatch, and one "
                    "that continues to run") {
    queue_or_short(1);
}

static pid_t maker_of_handler;

static void tell_if_inherited(void) {
    if (getpid() != maker_of_handler)
        log_line("a child runs the handler of its parent");
}

static void end_sweep_of_parent(void) {
    sweep_end();
}

/* fork calls end_sweep_of_parent in the parent. So after the fork only calls of the child fail. */
static int start_with_a_handler(void *arg) {
    struct process p;
    (void)arg;
    maker_of_handler = getpid();
    require(atexit(tell_if_inherited) == 0 && pthread_atfork(NULL, end_sweep_of_parent, NULL) == 0,
            "register handlers");
    if (process_init_target(&p, quit, NULL, NULL) != 0 || process_start(&p) != 0)
        log_line(errno == ENOMEM ? "right" : "the start fails with a wrong error");
    else
        log_line(code_at_end(&p) >= 0 ? "right" : "the child ends by a signal");
    return 0;
}

Test(proc_fault, lets_a_child_of_a_program_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002c PROC-FAULT-002 PROC-EXIT-006: a program with an exit handler starts a child") {
    gates_open();
    pid_t program = program_start(start_with_a_handler, NULL);
    expect_text(log_next_unless_ended(program), "right", "what the program logs, and no child");
    end_of(program);
    expect_text(log_next_if_any(), "", "what a child has logged");
    gates_close();
}

Test(proc_fault, lets_a_look_at_a_state_lack_memory, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "PROC-FAULT-002 PROC-RULE-011c: the state of the caller") {
    enum state state = STATE_NEW;
    if (!works_or_short(state_of(getpid(), &state) == 0, "state_of"))
        expect_int(state_of(getpid(), &state), 0, "asking again");
    expect_int(state, STATE_RUNNING, "the state of the caller");
}
