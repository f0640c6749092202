/* fault_run.c - schedule_run when one of its allocations fails, each in turn (sweep.h). */
#include <stdlib.h>
#include <string.h>

#include "support/faults/sweep.h"
#include "support/schedule/jobs.h"

/* What the caller of schedule_run has. */
struct call {
    struct jobs jobs;
    struct sched_options options;
    char text[2048]; /* the jobs before the call */
};

static void prepare(struct call *c, const char *how, const char *jobs) {
    jobs_from(&c->jobs, jobs);
    c->options = options_from(how);
    snprintf(c->text, sizeof c->text, "%s", jobs_text(&c->jobs));
}

static int run(const struct call *c, struct schedule *out) {
    step("schedule_run of %s", c->text);
    memset(out, 0xa5, sizeof *out);
    errno = 0;
    return schedule_run(&c->jobs.workload, &c->options, out);
}

static bool is_all_zero(const struct schedule *s) {
    const struct sched_totals none = {0};
    return s->cpus == 0 && !s->slices && s->slice_count == 0 && !s->switches && s->switch_count == 0 && !s->states &&
           s->state_count == 0 && !s->jobs && s->job_count == 0 && memcmp(&s->totals, &none, sizeof none) == 0;
}

static bool same_array(const void *a, size_t a_count, const void *b, size_t b_count, size_t size) {
    return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * size) == 0);
}

/* A switch has padding, so its fields are compared. */
static bool same_switches(const struct schedule *a, const struct schedule *b) {
    bool same = a->switch_count == b->switch_count;
    for (size_t i = 0; same && i < a->switch_count; i++) {
        const struct sched_switch *x = &a->switches[i], *y = &b->switches[i];
        same = x->job == y->job && x->cpu == y->cpu && x->start == y->start && x->end == y->end;
    }
    return same;
}

static bool same(const struct schedule *a, const struct schedule *b) {
    return a->cpus == b->cpus && same_switches(a, b) &&
           same_array(a->slices, a->slice_count, b->slices, b->slice_count, sizeof *a->slices) &&
           same_array(a->states, a->state_count, b->states, b->state_count, sizeof *a->states) &&
           same_array(a->jobs, a->job_count, b->jobs, b->job_count, sizeof *a->jobs) &&
           memcmp(&a->totals, &b->totals, sizeof a->totals) == 0;
}

/* Which schedule is right is the matter of other clauses. Here the call without a failure says it. */
static void expect_run(const char *how, const char *jobs) {
    static struct call c;
    struct schedule first, second;
    prepare(&c, how, jobs);
    int done = run(&c, &first);
    expect_works_or_short(done == 0, "schedule_run, %s", how);
    expect_true(done == 0 || done == -1, "schedule_run returns 0 or -1");
    if (done != 0)
        expect_true(is_all_zero(&first), "*out is all zero after the failure");
    expect_text(jobs_text(&c.jobs), c.text, "the workload after the call");
    expect_int(run(&c, &second), 0, "the same call with enough memory");
    expect_true(done != 0 || same(&first, &second), "both calls that worked make the same schedule");
    schedule_free(&first);
    schedule_free(&second);
}

Test(sched_fault, a_small_run, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description =
         "SCH-FAULT-001 SCH-FAULT-001a SCH-FAULT-001c SCH-FAULT-001d SCH-RULE-002d: FCFS with I/O, switches, "
         "2 CPUs") {
    expect_run("FCFS cpus 2 cost 1", "A(0, 2 1 3) B(1,4) C(1, 1 2 1) D(9,2)");
}

Test(sched_fault, runs_that_choose_by_length, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-RULE-002d: SJF with six jobs, one of which has I/O") {
    expect_run("SJF cost 1", "F(0,3) B(1,4) C(1, 1 2 1) D(0,2) A(2,2) E(0,9)");
}

Test(sched_fault, runs_that_choose_by_ratio, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-RULE-002d: HRRN with six jobs on two CPUs, ties as in OSTEP") {
    expect_run("HRRN ostep cpus 2", "F(0,3) B(1,4) C(1, 1 2 1) D(0,2) A(2,2) E(0,9)");
}

Test(sched_fault, runs_with_levels, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-RULE-002d: MLFQ with preemption, boost and switches on three CPUs") {
    expect_run("MLFQ 1,2,4 boost 7 ostep cpus 3 cost 1",
               "A(0,9) B(0, 3 2 8) C(0,12) D(4,1) E(5, 1 1 1 1 1) F(6,10) G(13,2) H(15,9)");
}

Test(sched_fault, serial_runs, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-RULE-002d: each job holds one of two CPUs through its I/O") {
    expect_run("SJF serial cpus 2 cost 1", "A(0, 2 3 1) B(0, 1 1 1 4 2) C(2,5) D(3, 1 1 1)");
}

/* 200 slices, as many switches, and twice as many changes: each array grows several times. */
Test(sched_fault, arrays_that_grow, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001b SCH-RULE-002d: RR with 200 slices, 200 switches and 400 changes") {
    expect_run("RR 1 cost 1", "A(0,70) B(0,70) C(3, 30 5 30)");
}

/* Twelve or more jobs do the same at one instant. So an array that grows then grows in the middle of this step. */
static void expect_crowd(const char *how, unsigned first, const char *job, unsigned second, const char *later) {
    char text[512];
    size_t used = 0;
    for (unsigned i = 0; i < first + second; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%c%s", i ? " " : "", (int)('A' + i),
                                 i < first ? job : later);
    expect_run(how, text);
}

Test(sched_fault, jobs_that_come_back_together, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001b SCH-RULE-002d: the I/O of 20 jobs completes at one instant") {
    expect_crowd("FCFS cpus 20", 20, "(0, 1 3 1)", 0, "");
}

Test(sched_fault, jobs_that_are_preempted_together, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001b SCH-RULE-002d: twelve jobs preempt twelve others at one instant") {
    expect_crowd("MLFQ 1,9 cpus 12", 12, "(0,9)", 12, "(3,1)");
}

Test(sched_fault, jobs_that_are_boosted_together, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001b SCH-RULE-002d: a boost takes 26 jobs off their CPUs") {
    expect_crowd("MLFQ 9 boost 2 cpus 26", 26, "(0,5)", 0, "");
}

static void expect_wrong_or_short(const char *how, const char *jobs, int error, const char *what) {
    static struct call c;
    struct schedule s;
    prepare(&c, how, jobs);
    int done = run(&c, &s);
    expect_works_or_short(done == -1 && errno == error, "schedule_run, %s", what);
    expect_int(done, -1, "schedule_run, %s", what);
    expect_true(is_all_zero(&s), "*out is all zero after either error");
    schedule_free(&s);
    expect_error(run(&c, &s), error, "the same call with enough memory, %s", what);
    schedule_free(&s);
}

Test(sched_fault, runs_that_come_to_an_end, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001e SCH-RUN-003a: a time above INT64_MAX after eleven slices") {
    expect_wrong_or_short("FCFS", "A(0, 1 1 1 1 1 1 1 1 1) B(0, 2 1 1 1 1 1 1) C(0, 1 1 1) D(9, 9223372036854775807)",
                          ERANGE, "a run that ends with ERANGE");
}

Test(sched_fault, workloads_that_are_wrong, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001e SCH-OPT-004: two jobs with one id") {
    expect_wrong_or_short("HRRN cpus 2", "A(0,2) B(0,1) C(0,1) B(4,2)", EINVAL, "two jobs with the same id");
}
