/* mlfq_random.c - random workloads under MLFQ, against the slow model. Each test takes the workloads of one situation.
 */
#include "support/schedule/history.h"
#include "support/schedule/like_model.h"

/* No job blocks. */
static const struct shape WORK = {.jobs = 5, .arrival = 12, .burst = 9, .apart = true};
static const struct shape WITH_IO = {.jobs = 4, .arrival = 12, .burst = 6, .io = 7, .ios = 2, .apart = true};

Test(sched_mlfq, never_lets_an_arrival_pass, .timeout = 5,
     .description = "SCH-MLFQ-001: random workloads in which jobs arrive while others wait, and no job sinks") {
    expect_for_workloads_with(ARRIVAL_BESIDE, COINCIDENCES | SUNK | EXACT, levels_like_model, "MLFQ 90;MLFQ 90,3", WORK,
                              500);
}

Test(sched_mlfq, lets_jobs_sink_level_by_level, .timeout = 5,
     .description =
         "SCH-MLFQ-002 SCH-MLFQ-002a SCH-MLFQ-002b: random workloads without preemption, on two to five levels") {
    static const struct shape shape = {.jobs = 4, .arrival = 4, .burst = 20, .apart = true};
    expect_for_workloads_with(SUNK, COINCIDENCES | EXACT | PREEMPTED, levels_like_model,
                              "MLFQ ?,90;MLFQ ?,?,90;MLFQ ?,?,?,90;MLFQ ?,?,?,?,90", shape, 1000);
}

Test(sched_mlfq, takes_turns_at_the_last_level, .timeout = 5,
     .description = "SCH-MLFQ-003: random workloads on one level, and on two levels without preemption") {
    static const struct shape early = {.jobs = 4, .arrival = 3, .burst = 20, .apart = true};
    expect_for_workloads_with(AT_THE_BOTTOM, COINCIDENCES | EXACT, slices_like_model, "MLFQ ?;MLFQ !", WORK, 500);
    expect_for_workloads_with(AT_THE_BOTTOM, COINCIDENCES | EXACT | PREEMPTED, levels_like_model, "MLFQ ?,?", early,
                              500);
}

Test(sched_mlfq, lets_each_arrival_above_preempt, .timeout = 5,
     .description = "SCH-MLFQ-005: random workloads in which a lone job of a lower level is preempted") {
    static const struct shape shape = {.jobs = 4, .arrival = 25, .burst = 15, .apart = true};
    expect_for_workloads_with(PREEMPTED_BY_ARRIVAL, COINCIDENCES | EXACT | PREEMPTED_BESIDE | PREEMPTED_USED,
                              slices_like_model, "MLFQ ?,90;MLFQ ?,90,90", shape, 2000);
}

Test(sched_mlfq, lets_an_expired_job_of_another_cpu_preempt, .timeout = 5,
     .description = "SCH-MLFQ-005a: random workloads on two CPUs: a quantum expires, or an I/O completes") {
    static const struct shape shape = {.jobs = 5, .arrival = 9, .burst = 20};
    expect_chart("MLFQ 2,9", "A(0, 1 4 1) B(0,9)", "ABBBBABBBBB");
    expect_for_workloads_with(PREEMPTED_BY_OTHER, EXACT | PREEMPTED_USED | PREEMPTED_ONE_OF_EQUALS, runs_on_any_cpu,
                              "MLFQ ?,?,90 cpus 2;MLFQ ?,!,90 cpus 2", shape, 3000);
}

Test(sched_mlfq, never_lets_others_pass_a_preempted_job, .timeout = 5,
     .description = "SCH-MLFQ-006: random workloads in which jobs wait on the level of a preempted job") {
    static const struct shape shape = {.jobs = 6, .arrival = 40, .burst = 20, .apart = true};
    expect_for_workloads_with(PREEMPTED_BESIDE, COINCIDENCES | EXACT | PREEMPTED_USED, runs_like_model,
                              "MLFQ ?,90;MLFQ 1,90;MLFQ 1,1,90", shape, 3000);
}

Test(sched_mlfq, never_refills_the_quantum_of_a_preempted_job, .timeout = 5,
     .description = "SCH-MLFQ-007: random workloads on two and three levels, also with several preemptions") {
    static const struct shape shape = {.jobs = 5, .arrival = 40, .burst = 20, .apart = true};
    expect_for_workloads_with(PREEMPTED_USED, COINCIDENCES | EXACT | PREEMPTED_BESIDE, levels_like_model,
                              "MLFQ 1,?;MLFQ ?,?,90;MLFQ 1,!", shape, 3000);
}

Test(sched_mlfq, takes_jobs_back_on_their_level, .timeout = 5,
     .description = "SCH-MLFQ-008 SCH-MLFQ-008a: random workloads in which jobs come back from I/O on level 0 and 1") {
    expect_for_workloads_with(BACK_BELOW | PREEMPTED_BY_OTHER,
                              COINCIDENCES | EXACT | BACK_USED | PREEMPTED_USED | PREEMPTED_BESIDE, levels_like_model,
                              "MLFQ ?,90;MLFQ 1,90;MLFQ 90,90", WITH_IO, 1200);
}

Test(sched_mlfq, never_refills_a_quantum_during_io, .timeout = 5,
     .description = "SCH-MLFQ-009: random workloads with I/O on one to three levels") {
    expect_for_workloads_with(BACK_USED, COINCIDENCES | EXACT | PREEMPTED_USED | PREEMPTED_BESIDE, levels_like_model,
                              "MLFQ ?,?;MLFQ ?,?,90;MLFQ !;MLFQ !,90", WITH_IO, 1000);
}

Test(sched_mlfq, lets_a_job_sink_during_io, .timeout = 5,
     .description = "SCH-MLFQ-010 SCH-MLFQ-010a: random workloads in which a burst ends exactly with the quantum") {
    expect_for_workloads_with(EXACT_BLOCK, COINCIDENCES | BACK_USED | PREEMPTED_USED | PREEMPTED_BESIDE,
                              levels_like_model, "MLFQ ?,90;MLFQ ?,?,90;MLFQ ?,?", WITH_IO, 2000);
    expect_for_workloads_with(EXACT_BLOCK, COINCIDENCES, no_loss_at_an_end, "MLFQ ?,90;MLFQ ?", WITH_IO, 300);
}

Test(sched_mlfq, boosts_all_ready_jobs, .timeout = 5,
     .description = "SCH-MLFQ-011 SCH-MLFQ-011a SCH-MLFQ-011b SCH-RULE-006f: random workloads with jobs of one level") {
    static const struct shape shape = {.jobs = 3, .arrival = 4, .burst = 20, .apart = true};
    expect_levels("MLFQ 1,9 boost 0", "A(0,5)", "01111");
    expect_for_workloads_with(BOOST_ON_CPU, COINCIDENCES | EXACT | BOOST_ORDER, levels_like_model,
                              "MLFQ ?,90 boost !;MLFQ ?,? boost !;MLFQ ?,?,? boost !", shape, 1500);
}

Test(sched_mlfq, keeps_the_order_of_levels_at_a_boost, .timeout = 5,
     .description = "SCH-MLFQ-012: random workloads with jobs on two and three levels at a boost") {
    static const struct shape shape = {.jobs = 6, .arrival = 6, .burst = 20, .apart = true};
    expect_for_workloads_with(BOOST_ORDER, COINCIDENCES | EXACT, runs_like_model,
                              "MLFQ !,90 boost 2?;MLFQ !,!,90 boost 2?;MLFQ ?,!,90 boost 1?", shape, 3000);
}

Test(sched_mlfq, ends_every_slice_at_a_boost, .timeout = 5,
     .description = "SCH-MLFQ-013 SCH-MLFQ-013a SCH-MLFQ-013b: random workloads on one to three CPUs") {
    static const struct shape shape = {.jobs = 5, .arrival = 4, .burst = 20, .apart = true};
    expect_for_workloads_with(BOOST_ON_CPU, COINCIDENCES | EXACT | BOOST_ORDER, slices_like_model,
                              "MLFQ 90 boost !;MLFQ ?,90 boost !", shape, 600);
    expect_for_workloads_with(BOOST_ON_CPU, COINCIDENCES | EXACT | BOOST_ORDER, runs_on_any_cpu,
                              "MLFQ 90 boost ! cpus 2;MLFQ 90 boost ! cpus 3", shape, 600);
}

Test(sched_mlfq, treats_a_switch_at_a_boost_like_a_slice, .timeout = 5,
     .description = "SCH-MLFQ-013c: random workloads with a boost during a context switch") {
    static const struct shape shape = {.jobs = 4, .arrival = 4, .burst = 9, .apart = true};
    expect_for_workloads_with(ABANDONED, COINCIDENCES | EXACT | PREEMPTED, runs_like_model,
                              "MLFQ ?,? boost ! cost 2;MLFQ 90 boost ! cost 3;MLFQ ?,90 boost ! cost 4 cpus 2", shape,
                              1200);
}

Test(sched_mlfq, boosts_every_blocked_job, .timeout = 5,
     .description = "SCH-MLFQ-014: random workloads with jobs in I/O at a boost") {
    static const struct shape shape = {.jobs = 3, .arrival = 6, .burst = 6, .io = 12, .ios = 2, .apart = true};
    expect_for_workloads_with(BOOST_BLOCKED, COINCIDENCES | EXACT | BOOST_ORDER | BACK_USED, levels_like_model,
                              "MLFQ ?,90 boost !;MLFQ ?,? boost !;MLFQ 90,90 boost !", shape, 2000);
}
