/* fault_descriptors.c - every call of the submission that opens a descriptor fails once. */
#include "faulted.h"
#include "support/core/expect.h"
#include "support/faults/sweep.h"

Test(proc_fault, lets_a_fork_lack_a_descriptor, .timeout = 5, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "PROC-FAULT-003 PROC-FAULT-003a PROC-RULE-008 PROC-RULE-011 PROC-RULE-011a PROC-RULE-011b "
                    "PROC-RULE-011c: two forks, and the first child still runs") {
    start_beside_another(0);
}

Test(proc_fault, lets_a_spawn_lack_a_descriptor, .timeout = 5, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "PROC-FAULT-003 PROC-FAULT-003a PROC-RULE-008 PROC-RULE-011 PROC-RULE-011a PROC-RULE-011b "
                    "PROC-RULE-011c: a fork, then a spawn") {
    start_beside_another(1);
}

Test(proc_fault, lets_a_question_lack_a_descriptor, .timeout = 5, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "PROC-FAULT-003 PROC-RULE-011c: join, exit code, terminate and close, before and after the end") {
    ask_or_short();
}

Test(proc_fault, lets_a_task_lack_a_descriptor, .timeout = 5, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "PROC-FAULT-003 PROC-TASK-001i: task_call") {
    call_or_short();
}

Test(proc_fault, lets_only_the_child_lack_a_descriptor, .timeout = 5, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description = "PROC-FAULT-003 PROC-FAULT-002c: the process of a task") {
    call_with_short_child();
}

Test(proc_fault, lets_a_queue_lack_a_descriptor, .timeout = 5, .data = SWEEP(SWEEP_DESCRIPTORS),
     .description =
         "PROC-FAULT-003 PROC-FAULT-003a PROC-TASK-004b: two tasks end before the dispatch, and one continues to run") {
    queue_or_short(2);
}
