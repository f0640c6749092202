/* options.c - options and workloads that are refused, and unusual ones that are allowed. */
#include <stdlib.h>
#include <string.h>

#include "support/schedule/every_workload.h"

/* Tries the options on one ordinary job. */
static int try_options(const struct sched_options *o) {
    struct jobs jobs;
    struct schedule s;
    jobs_from(&jobs, "A(0, 2 1 3)");
    int done = schedule_run(&jobs.workload, o, &s);
    if (done == 0)
        schedule_free(&s);
    return done;
}

Test(sched_options, name_a_policy_and_a_tie_profile, .timeout = 3,
     .description = "SCH-OPT-001: the value after the last one, and -1") {
    struct sched_options o = options_from("FCFS");
    expect_int(try_options(&o), 0, "FCFS");
    o.policy = (enum sched_policy)(POLICY_MLFQ + 1);
    expect_error(try_options(&o), EINVAL, "a policy after the last one");
    o.policy = (enum sched_policy) - 1;
    expect_error(try_options(&o), EINVAL, "the policy -1");
    o = options_from("FCFS");
    o.ties = (enum sched_ties)(SCHED_TIES_OSTEP + 1);
    expect_error(try_options(&o), EINVAL, "a tie profile after the last one");
    o.ties = (enum sched_ties) - 1;
    expect_error(try_options(&o), EINVAL, "the tie profile -1");
}

static void refuse_levels(int count, int64_t last) {
    struct sched_options o = options_from("MLFQ 2");
    for (int i = 0; i < SCHED_LEVELS_MAX; i++)
        o.levels[i] = 1;
    if (count > 0 && count <= SCHED_LEVELS_MAX)
        o.levels[count - 1] = last;
    o.level_count = count;
    expect_error(try_options(&o), EINVAL, "MLFQ with %d levels, the last with a quantum of %lld", count,
                 (long long)last);
}

Test(sched_options, have_quanta_and_levels, .timeout = 3,
     .description = "SCH-OPT-002: quanta of 0 and -5; 0, -1 and 65 levels; wrong values in unused options") {
    struct sched_options o = options_from("RR 1");
    expect_int(try_options(&o), 0, "RR with a quantum of 1");
    o.quantum = 0;
    expect_error(try_options(&o), EINVAL, "RR with a quantum of 0");
    o.quantum = -5;
    expect_error(try_options(&o), EINVAL, "RR with a quantum of -5");
    refuse_levels(0, 1);
    refuse_levels(-1, 1);
    refuse_levels(SCHED_LEVELS_MAX + 1, 1);
    refuse_levels(3, 0);
    refuse_levels(1, -1);
    o = options_from("MLFQ 1,1");
    for (int i = 0; i < SCHED_LEVELS_MAX; i++)
        o.levels[i] = i + 1;
    o.level_count = SCHED_LEVELS_MAX;
    expect_int(try_options(&o), 0, "MLFQ with the greatest number of levels");
    o.level_count = 2;
    o.levels[2] = -1;
    o.quantum = -5;
    expect_int(try_options(&o), 0, "MLFQ with wrong values in quantum and after level_count");
    o = options_from("FCFS");
    o.quantum = -5;
    o.level_count = 1000;
    o.boost = -1;
    expect_int(try_options(&o), 0, "FCFS with wrong values in the options of RR and MLFQ");
}

Test(sched_options, have_a_cpu_and_sensible_costs, .timeout = 3,
     .description = "SCH-OPT-003: 0 and -3 CPUs, a cost of -1, boosts of -1, 0, 3 and 4") {
    struct sched_options o = options_from("MLFQ 2,3 boost 4 cost 3");
    expect_int(try_options(&o), 0, "a boost just above the switch cost");
    o.boost = 3;
    expect_error(try_options(&o), EINVAL, "a boost as long as the switch cost");
    o.boost = -1;
    expect_error(try_options(&o), EINVAL, "a boost of -1");
    o.boost = 0;
    expect_int(try_options(&o), 0, "no boost, and a switch cost of 3");
    o.switch_cost = -1;
    expect_error(try_options(&o), EINVAL, "a switch cost of -1");
    o = options_from("RR 2");
    o.cpus = 0;
    expect_error(try_options(&o), EINVAL, "no CPU");
    o.cpus = -3;
    expect_error(try_options(&o), EINVAL, "-3 CPUs");
    o.cpus = 1;
    o.boost = 1;
    o.switch_cost = 5;
    expect_int(try_options(&o), 0, "RR, which does not use the boost");
}

static bool all_zero(const struct schedule *s) {
    const struct sched_totals none = {0};
    return s->cpus == 0 && !s->slices && s->slice_count == 0 && !s->switches && s->switch_count == 0 && !s->states &&
           s->state_count == 0 && !s->jobs && s->job_count == 0 && memcmp(&s->totals, &none, sizeof none) == 0;
}

static void refuse_jobs(const struct jobs *jobs, const char *why) {
    struct schedule s;
    struct sched_options o = options_from("FCFS");
    memset(&s, 0xa5, sizeof s);
    expect_error(schedule_run(&jobs->workload, &o, &s), EINVAL, "%s", why);
    expect_true(all_zero(&s), "*out is all zero after %s", why);
}

Test(sched_options, refuse_jobs_that_cannot_be, .timeout = 3,
     .description = "SCH-OPT-004: each kind of wrong job once, and a job with the id 0") {
    struct jobs jobs;
    expect_chart("FCFS", "A(0,1) B(1, 2 1 1)", "ABB.B");
    jobs_from(&jobs, "A(0,1) B(0,2)");
    jobs.job[0].id = 0;
    struct schedule s;
    struct sched_options o = options_from("FCFS");
    expect_int(schedule_run(&jobs.workload, &o, &s), 0, "a workload with the id 0");
    schedule_free(&s);
    jobs.job[0].id = -1;
    refuse_jobs(&jobs, "the id -1");
    jobs_from(&jobs, "A(0,1) B(-1,2)");
    refuse_jobs(&jobs, "an arrival at -1");
    jobs_from(&jobs, "A(0,1) B(0, 1 1 0)");
    refuse_jobs(&jobs, "a CPU burst of 0");
    jobs_from(&jobs, "A(0,1) B(0, 1 -2 1)");
    refuse_jobs(&jobs, "an I/O burst of -2");
    jobs_from(&jobs, "A(0, 1 2) B(0,1)");
    refuse_jobs(&jobs, "a job that ends with I/O");
    jobs_from(&jobs, "A(0,1) B(0,)");
    refuse_jobs(&jobs, "a job without bursts");
    jobs_from(&jobs, "A(0,1) B(0,2) C(3,2) A(7,1)");
    refuse_jobs(&jobs, "two jobs with the same id");
}

Test(sched_options, allow_no_jobs, .timeout = 3,
     .description = "SCH-OPT-005: no jobs under each policy, on three CPUs") {
    static const char *const HOW[] = {"FCFS cpus 3", "SJF cpus 3", "HRRN cpus 3", "RR 2 cpus 3",
                                      "MLFQ 2 boost 3 cpus 3"};
    const struct sched_totals none = {0};
    for (size_t i = 0; i < sizeof HOW / sizeof HOW[0]; i++) {
        struct schedule s;
        expect_int(run_texts(HOW[i], "", &s), 0, "no jobs, %s", HOW[i]);
        expect_int(s.cpus, 3, "cpus");
        expect_true(s.slice_count == 0 && s.switch_count == 0 && s.state_count == 0 && s.job_count == 0,
                    "the schedule is empty");
        expect_true(memcmp(&s.totals, &none, sizeof none) == 0, "all totals are 0");
        schedule_free(&s);
    }
}
