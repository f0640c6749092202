/* fcfs.c - first come, first served. */
#include "support/schedule/every_workload.h"

Test(sched_fcfs, runs_in_order_of_becoming_ready, .timeout = 3,
     .description = "SCH-FCFS-001: three jobs in the wrong order, then the five jobs of the chapter") {
    expect_chart("FCFS", "A(2,2) C(1,2) B(0,4)", "BBBBCCAA");
    expect_chart("FCFS", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "AAAAABBBCCCCCCDEE");
}

/* No job blocks, and no two jobs arrive together. So the slices are in the order of arrival. */
static const char *in_order_of_arrival(const struct workload *w, const struct sched_options *o,
                                       const struct schedule *s) {
    (void)o;
    int64_t latest = -1;
    for (size_t i = 0; i < s->slice_count; i++)
        for (size_t j = 0; j < w->job_count; j++) {
            if (w->jobs[j].id != s->slices[i].job)
                continue;
            if (w->jobs[j].arrival < latest)
                return "a job runs after one that arrived later";
            latest = w->jobs[j].arrival;
        }
    return s->slice_count == w->job_count ? NULL : "the number of slices is not the number of jobs";
}

Test(sched_fcfs, never_lets_a_later_job_pass, .timeout = 5,
     .description = "SCH-FCFS-001: random workloads: the slices start in order of arrival") {
    expect_for_every_workload(in_order_of_arrival, "FCFS",
                              ((struct shape){.jobs = 12, .arrival = 40, .burst = 9, .apart = true}), 600);
}

Test(sched_fcfs, lets_a_burst_run_to_its_end, .timeout = 3,
     .description = "SCH-FCFS-002: jobs arrive during a first burst, and during a burst after I/O") {
    expect_chart("FCFS", "A(0,5) B(1,1) C(2,2)", "AAAAA|B|CC");
    expect_chart("FCFS", "A(0, 4 1 3) B(0,2) C(5,1)", "AAAA|BB|AAA|C");
}

Test(sched_fcfs, queues_a_job_back_from_io_behind_the_others, .timeout = 3,
     .description = "SCH-FCFS-003: A comes back from I/O while C waits") {
    expect_chart("FCFS", "A(0, 2 3 2) B(0,4) C(1, 1 2 3)", "AABBBBCAACCC");
    expect_chart("FCFS", "A(0, 1 1 1) B(0,3) C(1,2)", "ABBBCCA");
}
