/* metrics.c - the figures of the jobs and the totals. */
#include <string.h>

#include "support/schedule/every_workload.h"

/* Three jobs, sorted neither by id nor by arrival. No job waits for another one, so the policy does not matter. */
#define ONE_BY_ONE "C(10, 1 2 3) A(0, 2 3 2) B(20,4)"

/* Runs the texts and makes sure that there are figures for each job. */
static void run_for_figures(const char *how, const char *jobs, size_t count, struct schedule *s) {
    expect_int(run_texts(how, jobs, s), 0, "%s, %s", how, jobs);
    expect_int(s->job_count, count, "the number of elements of jobs");
    expect_true(s->jobs != NULL, "jobs is not NULL");
}

Test(sched_figures, tell_completion_and_turnaround, .timeout = 3,
     .description = "SCH-MET-001: three jobs with I/O, sorted neither by id nor by arrival") {
    static const int64_t expected[][4] = {{3, 10, 16, 6}, {1, 0, 7, 7}, {2, 20, 24, 4}};
    struct schedule s;
    run_for_figures("FCFS", ONE_BY_ONE, 3, &s);
    for (int i = 0; i < 3; i++) {
        expect_int(s.jobs[i].id, expected[i][0], "the id of jobs[%d]", i);
        expect_int(s.jobs[i].arrival, expected[i][1], "the arrival of jobs[%d]", i);
        expect_int(s.jobs[i].completion, expected[i][2], "the completion of jobs[%d]", i);
        expect_int(s.jobs[i].turnaround, expected[i][3], "the turnaround of jobs[%d]", i);
    }
    schedule_free(&s);
}

Test(sched_figures, tell_waiting, .timeout = 3, .description = "SCH-MET-002: three jobs with I/O") {
    static const int64_t expected[][2] = {{4, 2}, {4, 3}, {4, 0}};
    struct schedule s;
    run_for_figures("FCFS", ONE_BY_ONE, 3, &s);
    for (int i = 0; i < 3; i++) {
        expect_int(s.jobs[i].cpu, expected[i][0], "the cpu of jobs[%d]", i);
        expect_int(s.jobs[i].io, expected[i][1], "the io of jobs[%d]", i);
        expect_int(s.jobs[i].waiting, s.jobs[i].turnaround - s.jobs[i].cpu - s.jobs[i].io, "the waiting of jobs[%d]",
                   i);
    }
    schedule_free(&s);
}

Test(sched_figures, tell_the_response, .timeout = 3,
     .description = "SCH-MET-003: a job with several slices under RR, and a job with a switch before its first slice") {
    struct schedule s;
    run_for_figures("RR 2", "B(9,3) A(0,5)", 2, &s);
    expect_int(s.jobs[0].response, 0, "the response of B, which runs at once");
    expect_int(s.jobs[1].response, 0, "the response of A, which runs at once and has three slices");
    schedule_free(&s);
    run_for_figures("FCFS cost 3", "A(0,2) B(1,1)", 2, &s);
    for (size_t i = 0; i < s.slice_count; i++)
        if (s.slices[i].job == 2)
            expect_int(s.jobs[1].response, s.slices[i].start - 1, "the response of B, which has one slice");
    schedule_free(&s);
}

Test(sched_figures, tell_the_weighted_turnaround, .timeout = 3,
     .description = "SCH-MET-004: two jobs alone, with and without I/O") {
    struct schedule s;
    run_for_figures("FCFS", "A(0,6) B(20, 2 2 2)", 2, &s); /* 6/6 and 6/4, if the turnarounds are right */
    for (int i = 0; i < 2; i++) {
        struct sched_fraction f = s.jobs[i].weighted;
        expect_true(f.numerator * s.jobs[i].cpu == f.denominator * s.jobs[i].turnaround, "the fraction of jobs[%d]", i);
        expect_true(f.denominator == (i == 0 ? 1 : 2) || s.jobs[i].turnaround != 6, "lowest terms of jobs[%d]", i);
    }
    schedule_free(&s);
    run_for_figures("FCFS", "A(0, 2 6 2)", 1, &s);
    expect_true(s.jobs[0].weighted.numerator * 4 == s.jobs[0].turnaround * s.jobs[0].weighted.denominator,
                "the divisor does not include the I/O");
    schedule_free(&s);
}

Test(sched_totals, account_for_all_ticks, .timeout = 3, .description = "SCH-MET-005: a lone job that arrives at 5") {
    struct schedule s;
    run_for_figures("FCFS", "A(5, 1 3 1)", 1, &s);
    expect_int(s.totals.makespan, 10, "makespan of a lone job that arrives at 5");
    expect_int(s.totals.idle, 8, "idle, which includes the ticks before its arrival");
    schedule_free(&s);
}

/* The counts belong to the slices and changes of the schedule itself. */
static void expect_counts(const char *how, const char *jobs, size_t count) {
    struct schedule s;
    int64_t lost = 0;
    run_for_figures(how, jobs, count, &s);
    for (size_t i = 0; i < s.state_count; i++)
        lost += s.states[i].from == SCHED_RUNNING && s.states[i].to == SCHED_READY;
    expect_true(s.slice_count > 0, "the schedule of %s has slices", how);
    expect_int(s.totals.dispatches, s.slice_count, "dispatches of %s, %s", how, jobs);
    expect_int(s.totals.preemptions, lost, "preemptions of %s, %s", how, jobs);
    schedule_free(&s);
}

Test(sched_totals, count_dispatches_and_preemptions, .timeout = 3,
     .description = "SCH-MET-006: expired quanta, an abandoned switch, a boost") {
    expect_counts("RR 2", "A(0,5)", 1);
    expect_counts("MLFQ 2,3 cost 2", "A(0,4) B(0,4) C(7,1)", 3);
    expect_counts("MLFQ 1,9 boost 3", "A(0,5)", 1); /* A|AA|A|A: expired, boost, expired */
}

Test(sched_totals, sum_up_the_jobs, .timeout = 3, .description = "SCH-MET-007: two jobs, one of which waits") {
    struct schedule s;
    run_for_figures("FCFS", "A(0,5) B(1,3)", 2, &s);
    expect_int(s.totals.turnaround, s.jobs[0].turnaround + s.jobs[1].turnaround, "the sum of the turnarounds");
    expect_int(s.totals.waiting, s.jobs[0].waiting + s.jobs[1].waiting, "the sum of the waiting times");
    expect_int(s.totals.response, s.jobs[0].response + s.jobs[1].response, "the sum of the responses");
    schedule_free(&s);
}

static bool all_zero(const struct schedule *s) {
    const struct sched_totals none = {0};
    return s->cpus == 0 && !s->slices && s->slice_count == 0 && !s->switches && s->switch_count == 0 && !s->states &&
           s->state_count == 0 && !s->jobs && s->job_count == 0 && memcmp(&s->totals, &none, sizeof none) == 0;
}

Test(sched_totals, refuse_to_overflow, .timeout = 3,
     .description = "SCH-MET-008: eight runs that overflow, and one that ends exactly at INT64_MAX") {
    static const char *const TOO_MUCH[][2] = {
        {"FCFS", "A(9223372036854775800,100)"},                                  /* a completion */
        {"FCFS", "A(0, 1 9223372036854775807 1)"},                               /* the end of an I/O burst */
        {"FCFS", "A(0, 1 9223372036854775806 1)"},                               /* the burst after it */
        {"FCFS", "A(9223372036854775807,1)"},                                    /* a slice */
        {"FCFS cost 9223372036854775807", "A(0,1) B(0,1)"},                      /* a context switch */
        {"FCFS", "A(0,4611686018427387904) B(0,4611686018427387903)"},           /* the sum of the turnarounds */
        {"FCFS cpus 2", "A(0,4611686018427387904)"},                             /* cpus * makespan */
        {"MLFQ 5,9 boost 4611686018427387904", "A(9223372036854775800, 1 2 9)"}, /* after the last boost that fits */
    };
    struct schedule s;
    expect_int(run_texts("FCFS", "A(9223372036854775800,7)", &s), 0, "a run that ends exactly at INT64_MAX");
    schedule_free(&s);
    for (size_t i = 0; i < sizeof TOO_MUCH / sizeof TOO_MUCH[0]; i++) {
        expect_error(run_texts(TOO_MUCH[i][0], TOO_MUCH[i][1], &s), ERANGE, "%s, %s", TOO_MUCH[i][0], TOO_MUCH[i][1]);
        expect_true(all_zero(&s), "*out is all zero after the error");
    }
}

static const char *adds_up(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    const struct sched_totals *t = &s->totals;
    int64_t busy = 0;
    for (size_t i = 0; i < w->job_count; i++) {
        int64_t due = 0, got = 0;
        for (size_t b = 0; b < w->jobs[i].burst_count; b += 2)
            due += w->jobs[i].bursts[b];
        for (size_t k = 0; k < s->slice_count; k++)
            if (s->slices[k].job == w->jobs[i].id)
                got += s->slices[k].end - s->slices[k].start;
        if (got != due)
            return "a job's slices do not add up to its CPU bursts";
        busy += got;
    }
    if (t->busy != busy)
        return "totals.busy is not the sum of the slices";
    return t->busy + t->switching + t->idle == o->cpus * t->makespan ? NULL
                                                                     : "busy + switching + idle is not cpus * makespan";
}

Test(sched_totals, always_add_up, .timeout = 5,
     .description = "SCH-MET-009: random workloads under every policy, also with boost, switch cost and serial") {
    static const struct shape shape = {.jobs = 8, .arrival = 30, .burst = 7, .io = 7, .ios = 3};
    expect_for_every_workload(adds_up, NULL, shape, 500);
    expect_for_every_workload(adds_up, "MLFQ 1,2,4 boost 5 cost 2 cpus 3", shape, 200);
    expect_for_every_workload(adds_up, "RR 2 cost 1", shape, 200);
    expect_for_every_workload(adds_up, "HRRN serial cpus 2 cost 3", shape, 100);
}
