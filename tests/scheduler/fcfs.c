/* fcfs.c - first come, first served. */
#include "support/schedule/every_workload.h"
#include "support/schedule/history.h"

Test(sched_fcfs, runs_in_order_of_becoming_ready, .timeout = 3,
     .description = "SCH-FCFS-001: three jobs in the wrong order, then the five jobs of the chapter") {
    expect_chart("FCFS", "A(2,2) C(1,2) B(0,4)", "BBBBCCAA");
    expect_chart("FCFS", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "AAAAABBBCCCCCCDEE");
}

Test(sched_fcfs, never_lets_a_later_job_pass, .timeout = 5,
     .description = "SCH-FCFS-001 SCH-RULE-007a: random workloads without I/O on one and two CPUs") {
    static const struct shape shape = {.jobs = 12, .arrival = 40, .burst = 9, .apart = true};
    expect_for_every_workload(in_order_of_becoming_ready, "FCFS;FCFS cpus 2;FCFS ostep", shape, 600);
}

Test(sched_fcfs, forgets_the_arrival_of_a_job_back_from_io, .timeout = 5,
     .description = "SCH-FCFS-003 SCH-FCFS-003a: random workloads with I/O on one and two CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 20, .burst = 6, .io = 9, .ios = 3, .apart = true};
    expect_for_every_workload(in_order_of_becoming_ready, "FCFS;FCFS cpus 2;FCFS ostep", shape, 400);
}

Test(sched_fcfs, never_cuts_a_burst, .timeout = 5,
     .description = "SCH-FCFS-002: random workloads with I/O, also with switch cost, serial and several CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 20, .burst = 9, .io = 6, .ios = 3};
    expect_for_every_workload(each_burst_is_one_slice, "FCFS;FCFS ostep;FCFS cost 2;FCFS serial cpus 2;FCFS cpus 3",
                              shape, 400);
}

Test(sched_fcfs, lets_a_burst_run_to_its_end, .timeout = 3,
     .description = "SCH-FCFS-002: jobs arrive during a first burst, and during a burst after I/O") {
    expect_chart("FCFS", "A(0,5) B(1,1)", "AAAAA|B");
    expect_chart("FCFS", "A(0, 4 1 3) B(0,2) C(6,1)", "AAAA|BB|AAA|C");
}

Test(sched_fcfs, queues_a_job_back_from_io_behind_the_others, .timeout = 3,
     .description = "SCH-FCFS-003: A comes back from I/O while C waits") {
    expect_chart("FCFS", "A(0, 2 3 2) B(0,4) C(1, 1 2 3)", "AABBBBCAACCC");
    expect_chart("FCFS", "A(0, 1 1 1) B(0,3) C(1,2)", "ABBBCCA");
}
