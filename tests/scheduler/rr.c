/* rr.c - round robin. */
#include "support/schedule/every_workload.h"
#include "support/schedule/history.h"

Test(sched_rr, cuts_a_lone_job_into_quanta, .timeout = 3,
     .description = "SCH-RR-001: a lone job, and a job that is alone again later") {
    expect_chart("RR 2", "A(0,5)", "AA|AA|A");
    expect_chart("RR 3", "A(1,7) B(2,2)", ".|AAA|BB|AAA|A");
}

static const char *no_slice_beyond_the_quantum(const struct workload *w, const struct sched_options *o,
                                               const struct schedule *s) {
    int64_t ran = 0, due = 0;
    for (size_t i = 0; i < s->slice_count; i++) {
        if (s->slices[i].end - s->slices[i].start > o->quantum)
            return "a slice is longer than the quantum";
        ran += s->slices[i].end - s->slices[i].start;
    }
    for (size_t i = 0; i < w->job_count; i++)
        for (size_t b = 0; b < w->jobs[i].burst_count; b += 2)
            due += w->jobs[i].bursts[b];
    return ran == due ? NULL : "the slices do not add up to the bursts";
}

Test(sched_rr, never_runs_beyond_the_quantum, .timeout = 5,
     .description = "SCH-RR-001 SCH-RR-001a SCH-RULE-008b: random workloads with the quanta 1 to 4") {
    static const struct shape shape = {.jobs = 8, .arrival = 20, .burst = 9, .io = 6, .ios = 2};
    expect_for_every_workload(no_slice_beyond_the_quantum, "RR ?;RR ? ostep;RR ? cpus 2;RR ? cost 2", shape, 800);
}

Test(sched_rr, sends_an_expired_job_to_the_tail, .timeout = 3,
     .description = "SCH-RR-002: three jobs that arrive together, and four that arrive apart") {
    expect_chart("RR 2", "A(0,4) B(0,4) C(0,3)", "AABBCCAABBC");
    expect_chart("RR 3", "A(0,7) B(1,2) C(2,4) D(4,1)", "AAABBCCCAAADCA");
}

Test(sched_rr, frees_the_cpu_at_the_exact_end_of_the_quantum, .timeout = 3,
     .description = "SCH-RR-003: bursts that end before the quantum, with it, and with it before I/O") {
    expect_chart("RR 2", "A(0,1) B(0,4) C(0,2)", "A|BB|CC|BB");
    expect_chart("RR 2", "A(0, 2 3 1) B(0,2)", "AA|BB|.|A");
    expect_losses("RR 2", "A(0,2)", "");
}

Test(sched_rr, gives_a_full_quantum_each_time, .timeout = 3,
     .description = "SCH-RR-004: A blocks with one tick of its quantum left") {
    expect_chart("RR 2", "A(0, 1 1 4) B(0,4)", "ABBAABBAA");
    expect_chart("RR 3", "A(0, 2 1 5) B(0,6)", "AABBBAAABBBAA");
}

Test(sched_rr, never_lets_an_expired_job_pass, .timeout = 5,
     .description = "SCH-RR-002 SCH-RULE-006e SCH-RULE-007b: random workloads without I/O on one and two CPUs") {
    static const struct shape shape = {.jobs = 6, .arrival = 15, .burst = 9, .apart = true};
    expect_for_every_workload(in_order_of_becoming_ready, "RR ?;RR ? cpus 2;RR ? ostep", shape, 500);
}

/* No quantum expires at the end of a burst, and no slice is empty. */
static const char *no_expiry_at_an_end(const struct workload *w, const struct sched_options *o,
                                       const struct schedule *s) {
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].end <= s->slices[i].start)
            return "a slice is empty";
    const char *wrong = no_loss_at_an_end(w, o, s);
    return wrong ? wrong : each_slice_is_a_quantum(w, o, s);
}

Test(sched_rr, never_gives_the_rest_of_a_quantum_away, .timeout = 5,
     .description = "SCH-RR-003 SCH-RR-003a SCH-RULE-008c: random workloads without I/O, also with switch cost") {
    static const struct shape shape = {.jobs = 6, .arrival = 15, .burst = 6};
    expect_for_every_workload(no_expiry_at_an_end, "RR ?;RR ? cpus 2;RR ? ostep;RR ? cost 1", shape, 500);
}

Test(sched_rr, gives_a_full_quantum_after_io, .timeout = 5,
     .description = "SCH-RR-004: random workloads with I/O, also with switch cost") {
    static const struct shape shape = {.jobs = 6, .arrival = 15, .burst = 6, .io = 6, .ios = 3};
    expect_for_every_workload(each_slice_is_a_quantum, "RR ?;RR ? cpus 2;RR ? ostep;RR ? cost 1", shape, 500);
}
