/* sjf.c - shortest job first. */
#include "support/schedule/every_workload.h"
#include "support/schedule/history.h"

Test(sched_sjf, runs_the_shortest_burst_first, .timeout = 3,
     .description = "SCH-SJF-001: the five jobs of the chapter, and three that arrive together") {
    expect_chart("SJF", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "AAAAADEEBBBCCCCCC");
    expect_chart("SJF", "B(0,4) C(0,3) A(0,9)", "CCCBBBBAAAAAAAAA");
}

static bool is_shorter(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time, (void)ties;
    return a->next < b->next;
}

static bool is_equal_and_before(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time;
    return a->next == b->next && stands_before(a, b, ties);
}

static const char *shortest_first(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return each_choice_is_right(w, o, s, is_shorter) ? NULL
                                                     : "a job runs although the next burst of another is shorter";
}

static const char *equal_in_order(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return each_choice_is_right(w, o, s, is_equal_and_before)
               ? NULL
               : "a job runs although another one with an equal burst became ready before it";
}

Test(sched_sjf, never_passes_over_a_shorter_burst, .timeout = 5,
     .description = "SCH-SJF-001: random workloads without I/O on one and two CPUs") {
    static const struct shape shape = {.jobs = 12, .arrival = 40, .burst = 12};
    expect_for_every_workload(shortest_first, "SJF;SJF cpus 2;SJF ostep", shape, 600);
}

Test(sched_sjf, never_looks_beyond_the_next_burst, .timeout = 5,
     .description = "SCH-SJF-003: random workloads with I/O on one and two CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 30, .burst = 12, .io = 6, .ios = 3};
    expect_for_every_workload(shortest_first, "SJF;SJF cpus 2;SJF ostep", shape, 400);
}

Test(sched_sjf, never_cuts_a_burst, .timeout = 5,
     .description = "SCH-SJF-002: random workloads with I/O, also with switch cost, serial and several CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 20, .burst = 9, .io = 6, .ios = 3};
    expect_for_every_workload(each_burst_is_one_slice, "SJF;SJF ostep;SJF cost 2;SJF serial cpus 2;SJF cpus 3", shape,
                              300);
}

Test(sched_sjf, keeps_the_order_of_equal_bursts, .timeout = 5,
     .description = "SCH-SJF-004 SCH-SJF-004a SCH-RULE-007a: random workloads with few lengths, on one and two CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 9, .burst = 2, .io = 5, .ios = 3};
    expect_chart("SJF", "I(0, 1 2 2) B(0,5) D(3,2)", "IBBBBBIIDD");
    expect_for_every_workload(equal_in_order, "SJF;SJF cpus 2", shape, 500);
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
