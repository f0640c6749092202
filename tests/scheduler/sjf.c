/* sjf.c - shortest job first. */
#include "support/schedule/every_workload.h"

Test(sched_sjf, runs_the_shortest_burst_first, .timeout = 3,
     .description = "SCH-SJF-001: the five jobs of the chapter, and three that arrive together") {
    expect_chart("SJF", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "AAAAADEEBBBCCCCCC");
    expect_chart("SJF", "B(0,4) C(0,3) A(0,9)", "CCCBBBBAAAAAAAAA");
}

/* No job blocks. So each job has one slice, and waits from its arrival to this slice. */
static const char *shortest_of_the_waiting(const struct workload *w, const struct sched_options *o,
                                           const struct schedule *s) {
    (void)o;
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_job *chosen = job_with(w, s->slices[i].job);
        for (size_t later = i + 1; chosen && later < s->slice_count; later++) {
            const struct sched_job *other = job_with(w, s->slices[later].job);
            if (other && other->arrival <= s->slices[i].start && other->bursts[0] < chosen->bursts[0])
                return "a job is dispatched while a job with a shorter burst is ready";
        }
    }
    return s->slice_count == w->job_count ? NULL : "the number of slices is not the number of jobs";
}

Test(sched_sjf, never_passes_over_a_shorter_burst, .timeout = 5,
     .description = "SCH-SJF-001: random workloads: no job with a shorter burst waits at a dispatch") {
    expect_for_every_workload(shortest_of_the_waiting, "SJF",
                              ((struct shape){.jobs = 12, .arrival = 40, .burst = 12, .apart = true}), 600);
}

Test(sched_sjf, does_not_preempt, .timeout = 3,
     .description = "SCH-SJF-002: a burst of 1 arrives while a burst of 5 or 6 runs") {
    expect_chart("SJF", "A(0,5) B(1,1)", "AAAAA|B");
    expect_chart("SJF", "A(0,6) B(1,5) C(2,1)", "AAAAAA|C|BBBBB");
}

Test(sched_sjf, looks_at_the_next_burst_only, .timeout = 3,
     .description = "SCH-SJF-003: a short burst before a long one, and a long burst before a short one") {
    expect_chart("SJF", "A(0, 3 1 9) B(0,5)", "AAABBBBBAAAAAAAAA");
    expect_chart("SJF", "A(0, 3 1 9) B(0,5) C(4,8)", "AAABBBBBCCCCCCCCAAAAAAAAA");
    expect_chart("SJF", "A(0, 5 1 1) B(0,6) C(1,2)", "AAAAACCABBBBBB");
}

Test(sched_sjf, runs_equal_bursts_in_order_of_becoming_ready, .timeout = 3,
     .description = "SCH-SJF-004: equal bursts that become ready apart, together, and after I/O") {
    expect_chart("SJF", "A(0,4) B(2,2) C(1,2)", "AAAACCBB");
    expect_chart("SJF", "A(0,1) C(0,3) B(0,3)", "ABBBCCC");
    expect_chart("SJF", "A(0, 1 3 2) B(0,6) C(2,2)", "ABBBBBBCCAA");
}
