/* cpus.c - several CPUs, and the cost of context switches. */
#include "support/schedule/every_workload.h"

Test(sched_cpus, share_one_queue, .timeout = 3,
     .description = "SCH-SMP-001: FCFS on two and three CPUs, SJF on two CPUs") {
    expect_chart("FCFS cpus 3", "A(0,2) B(0,2) C(0,2) D(0,1)", "AAD / BB. / CC.");
    expect_chart("FCFS cpus 2", "A(0,3) B(0,1) C(0,1) D(0,1)", "AAA / BCD");
    expect_chart("SJF cpus 2", "A(0,4) B(0,3) C(0,2) D(1,1)", "CCDAAAA / BBB....");
}

Test(sched_cpus, are_taken_lowest_first, .timeout = 3,
     .description = "SCH-SMP-002: an expired job, arriving jobs and jobs back from I/O find idle CPUs") {
    expect_chart("RR 2 cpus 2", "A(0,1) B(0,4)", "A.BB / BB..");
    expect_chart("FCFS cpus 3", "A(0,2) B(0,1) C(0,1) D(1,1) E(2,1)", "AAE / BD. / C..");
    expect_chart("FCFS cpus 2", "A(0, 2 3 2) B(0,4) C(1, 1 2 3)", "AAC..AA. / BBBB.CCC");
}

static const char *sound(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    static struct audit book;
    (void)o;
    return audit(w, s, &book);
}

Test(sched_cpus, never_clash, .timeout = 5,
     .description = "SCH-SMP-003: random workloads under every policy, also with boost, switch cost and serial") {
    static const struct shape shape = {.jobs = 10, .arrival = 30, .burst = 7, .io = 7, .ios = 3};
    expect_for_every_workload(sound, NULL, shape, 600);
    expect_for_every_workload(sound, "MLFQ 1,2,4 boost 5 cost 2 cpus 3", shape, 200);
    expect_for_every_workload(sound, "HRRN serial cpus 2", shape, 100);
}

Test(sched_cpus, are_preempted_when_none_is_idle, .timeout = 3,
     .description = "SCH-SMP-004: all CPUs busy, one CPU idle, running jobs on different levels") {
    expect_chart("MLFQ 2,4 cpus 2", "A(0,8) B(0,8) C(3,1)", "AAAAAAAA. / BBBCBBBBB");
    expect_chart("MLFQ 2,4 cpus 2", "A(0,5) B(3,1)", "AAAAA / ...B.");
    expect_chart("MLFQ 1,2,8 cpus 2", "A(0,9) B(4,3) C(6,1)", "AAAAAACAAA / ....BBB...");
}

Test(sched_switches, cost_ticks, .timeout = 3,
     .description = "SCH-SWITCH-001: FCFS with costs of 2 and 1, with idle time, and on two CPUs") {
    struct schedule s;
    expect_chart("FCFS cost 2", "A(0,2) B(1,1) C(9,1)", "AAxxB....xxC");
    expect_chart("FCFS cost 1 cpus 2", "A(0,1) B(0,2) C(0,1)", "AxC / BB.");
    expect_int(run_texts("FCFS cost 2", "A(0,2) B(2,1) C(9,1)", &s), 0, "a run with switches");
    expect_int(s.switch_count, 2, "the number of elements of switches");
    expect_true(s.switches[0].job == 2 && s.switches[0].cpu == 0 && s.switches[0].start == 2 && s.switches[0].end == 4,
                "the first switch is to job 2, on CPU 0, from 2 to 4");
    expect_int(s.totals.switching, 4, "totals.switching");
    schedule_free(&s);
}

Test(sched_switches, are_free_for_the_first_job_and_the_same, .timeout = 3,
     .description = "SCH-SWITCH-002: a lone job, a job back from I/O, the first jobs of two CPUs") {
    expect_chart("RR 2 cost 3", "A(1,5)", ".|AA|AA|A");
    expect_chart("FCFS cost 2", "A(0, 1 2 1) B(6,1)", "A..A..xxB");
    expect_chart("FCFS cost 2 cpus 2", "A(0,3) B(1,1)", "AAA / .B.");
}

Test(sched_switches, come_before_the_quantum, .timeout = 3,
     .description = "SCH-SWITCH-003: two jobs under RR with cost 1, and under MLFQ with cost 3") {
    expect_chart("RR 2 cost 1", "A(0,3) B(0,3)", "AAxBBxAxB");
    expect_chart("MLFQ 2,4 cost 3", "A(0,4) B(0,4)", "AAxxxBBxxxAAxxxBB");
}

Test(sched_switches, are_abandoned_by_a_preemption, .timeout = 3,
     .description = "SCH-SWITCH-004: an arrival during a switch, a boost during it, a boost at its end") {
    expect_chart("MLFQ 2,3 cost 2", "A(0,4) B(0,4) C(7,1)", "AA|xx|BB|x|xx|C|xx|AA|xx|BB");
    expect_chart("MLFQ 2,3 cost 2", "A(0,6) B(0,2) C(7,1)", "AA|xx|BB|x|xx|C|xx|AAA|A");
    expect_chart("MLFQ 2,3 boost 7 cost 2", "A(0,4) B(0,4)", "AA|xx|BB|x|xx|AA|xx|B|B");
    expect_chart("MLFQ 2,3 boost 8 cost 2", "A(0,4) B(0,4)", "AA|xx|BB|xx|xx|AA|xx|BB");
    expect_losses("MLFQ 1,3 cost 2", "A(0,2) B(0,1) C(5,1)", "1 A running-ready");
}
