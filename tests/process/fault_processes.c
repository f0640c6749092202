/* fault_processes.c - every call of the submission that makes a process or a thread fails once. */
#include "faulted.h"
#include "support/core/expect.h"
#include "support/faults/sweep.h"

Test(proc_fault, lets_a_fork_lack_a_process, .timeout = 5, .data = SWEEP(SWEEP_PROCESSES),
     .description = "PROC-FAULT-004 PROC-FAULT-004a PROC-RULE-008 PROC-RULE-011 PROC-RULE-011a PROC-RULE-011b "
                    "PROC-RULE-011c: two forks, and the first child still runs") {
    start_beside_another(0);
}

Test(proc_fault, lets_a_spawn_lack_a_process, .timeout = 5, .data = SWEEP(SWEEP_PROCESSES),
     .description = "PROC-FAULT-004 PROC-FAULT-004a PROC-RULE-008 PROC-RULE-011 PROC-RULE-011a PROC-RULE-011b "
                    "PROC-RULE-011c: a fork, then a spawn") {
    start_beside_another(1);
}

Test(proc_fault, lets_a_task_lack_a_process, .timeout = 5, .data = SWEEP(SWEEP_PROCESSES),
     .description = "PROC-FAULT-004 PROC-TASK-001i: task_call") {
    call_or_short();
}

Test(proc_fault, lets_a_queue_lack_a_process, .timeout = 5, .data = SWEEP(SWEEP_PROCESSES),
     .description =
         "PROC-FAULT-004 PROC-FAULT-004a PROC-TASK-004b: two tasks end before the dispatch, and one continues to run") {
    queue_or_short(2);
}
