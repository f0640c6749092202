/* options_table.c - wrong options and workloads in every combination, and options at their limits. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "support/schedule/every_workload.h"

static bool all_zero(const struct schedule *s) {
    const struct sched_totals none = {0};
    return s->cpus == 0 && !s->slices && s->slice_count == 0 && !s->switches && s->switch_count == 0 && !s->states &&
           s->state_count == 0 && !s->jobs && s->job_count == 0 && memcmp(&s->totals, &none, sizeof none) == 0;
}

/* An ordinary workload, and three that are harder. */
static const char *const WORKLOADS[] = {"A(0, 2 1 3) B(1,4)", "", "A(9223372036854775800,100)",
                                        "A(0,4611686018427387904) B(0,4611686018427387904)"};

/* Where the test looks: at ordinary runs, at runs without jobs, with serial, or with an overflow. */
enum place { ORDINARY, WITHOUT_JOBS, WITH_SERIAL, WITH_OVERFLOW };

static enum place place;

static void refuse(const struct sched_options *o, const char *jobs_as_text, const char *what) {
    struct jobs jobs;
    struct schedule s;
    memset(&s, 0xa5, sizeof s);
    jobs_from(&jobs, jobs_as_text);
    if (jobs.workload.job_count == 0)
        jobs.workload.jobs = NULL;
    expect_error(schedule_run(&jobs.workload, o, &s), EINVAL, "%s, serial %d, %s", what, o->serial, jobs_as_text);
    expect_true(all_zero(&s), "*out is all zero, %s", what);
    schedule_free(&s);
}

static void refuse_always(struct sched_options o, const char *what) {
    o.serial = place == WITH_SERIAL;
    refuse(&o, WORKLOADS[place == WITHOUT_JOBS ? 1 : place == WITH_OVERFLOW ? 2 : 0], what);
    if (place == WITH_OVERFLOW)
        refuse(&o, WORKLOADS[3], what);
}

static void refuse_unknown_values(void) {
    static const int WRONG[] = {-1, 5, 6, 1000, INT_MAX, INT_MIN};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        struct sched_options o = options_from("FCFS");
        o.policy = (enum sched_policy)WRONG[i];
        refuse_always(o, "a policy that does not exist");
        o = options_from("FCFS");
        o.ties = (enum sched_ties)(WRONG[i] == 5 ? 2 : WRONG[i]);
        refuse_always(o, "a tie profile that does not exist");
    }
}

static void refuse_wrong_quanta(void) {
    static const int64_t WRONG[] = {0, -1, INT64_MIN};
    static const int COUNTS[] = {0, -1, SCHED_LEVELS_MAX + 1, INT_MAX, INT_MIN};
    for (size_t i = 0; i < 3; i++) {
        struct sched_options o = options_from("RR 1");
        o.quantum = WRONG[i];
        refuse_always(o, "a quantum below 1");
        for (int level = 0; level < 3; level++) {
            o = options_from("MLFQ 1,1,1");
            o.levels[level] = WRONG[i];
            refuse_always(o, "a level with a quantum below 1");
        }
        o = options_from("MLFQ 1");
        for (int level = 0; level < SCHED_LEVELS_MAX; level++)
            o.levels[level] = 1;
        o.level_count = SCHED_LEVELS_MAX;
        o.levels[SCHED_LEVELS_MAX - 1] = WRONG[i];
        refuse_always(o, "the last of all levels with a quantum below 1");
    }
    for (size_t i = 0; i < sizeof COUNTS / sizeof COUNTS[0]; i++) {
        struct sched_options o = options_from("MLFQ 1");
        for (int level = 0; level < SCHED_LEVELS_MAX; level++)
            o.levels[level] = 1;
        o.level_count = COUNTS[i];
        refuse_always(o, "a wrong number of levels");
    }
}

static const char *const POLICIES[] = {"FCFS", "SJF", "HRRN", "RR 9", "MLFQ 9,3"};

static void refuse_wrong_cpus_and_costs(void) {
    static const int CPUS[] = {0, -1, INT_MIN};
    static const int64_t COSTS[] = {-1, INT64_MIN};
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 3; k++) {
            struct sched_options o = options_from(POLICIES[i]);
            o.cpus = CPUS[k];
            refuse_always(o, "fewer than one CPU");
        }
        for (size_t k = 0; k < 2; k++) {
            struct sched_options o = options_from(POLICIES[i]);
            o.switch_cost = COSTS[k];
            refuse_always(o, "a negative switch cost");
        }
    }
    static const int64_t BOOSTS[][2] = {{-1, 0}, {INT64_MIN, 0},        {3, 3}, {2, 3}, {1, INT64_MAX},
                                        {-5, 3}, {INT64_MAX, INT64_MAX}};
    for (size_t i = 0; i < sizeof BOOSTS / sizeof BOOSTS[0]; i++) {
        struct sched_options o = options_from("MLFQ 2,3");
        o.boost = BOOSTS[i][0];
        o.switch_cost = BOOSTS[i][1];
        refuse_always(o, "a boost that is negative, or not above the switch cost");
    }
}

Test(sched_options, refuse_each_unknown_value, .timeout = 3,
     .description = "SCH-OPT-001: six policies and six tie profiles that do not exist") {
    refuse_unknown_values();
}

Test(sched_options, refuse_each_wrong_quantum, .timeout = 3,
     .description = "SCH-OPT-002: quanta of RR and of each level, numbers of levels, at their limits") {
    refuse_wrong_quanta();
}

Test(sched_options, refuse_each_wrong_cpu_count_and_cost, .timeout = 3,
     .description = "SCH-OPT-003: under each policy, at the limits of each number") {
    refuse_wrong_cpus_and_costs();
}

static void refuse_all_in(enum place where) {
    place = where;
    refuse_unknown_values();
    refuse_wrong_quanta();
    refuse_wrong_cpus_and_costs();
}

Test(sched_options, are_checked_without_jobs, .timeout = 3,
     .description = "SCH-OPT-005a: each wrong option of the other tests") {
    refuse_all_in(WITHOUT_JOBS);
}

Test(sched_options, are_checked_with_serial, .timeout = 3,
     .description = "SCH-OPT-005b: each wrong option of the other tests") {
    refuse_all_in(WITH_SERIAL);
}

Test(sched_options, are_checked_before_an_overflow, .timeout = 3,
     .description = "SCH-OPT-005c: each wrong option of the other tests, in runs that overflow") {
    refuse_all_in(WITH_OVERFLOW);
}

static void accept_options(const struct sched_options *o, const char *what) {
    struct jobs jobs;
    struct schedule s;
    for (int i = 0; i < 2; i++) {
        jobs_from(&jobs, WORKLOADS[i]);
        expect_int(schedule_run(&jobs.workload, o, &s), 0, "%s, %s", what, WORKLOADS[i]);
        schedule_free(&s);
    }
}

Test(
    sched_options, leave_unused_options_alone, .timeout = 3,
    .description = "SCH-OPT-002 SCH-OPT-002a: wrong values where no policy looks, under each policy, with serial too") {
    for (size_t i = 0; i < 10; i++) {
        struct sched_options o = options_from(POLICIES[i % 5]);
        o.serial = i >= 5;
        if (o.policy != POLICY_RR)
            o.quantum = i % 2 ? -5 : 0;
        if (o.policy != POLICY_MLFQ) {
            o.level_count = i % 2 ? -1 : 1000;
            o.levels[0] = -7;
            o.boost = i % 2 ? -1 : 1;
            o.switch_cost = 2;
        }
        for (int level = 2; level < SCHED_LEVELS_MAX; level++)
            o.levels[level] = -level;
        accept_options(&o, "wrong values in unused options");
    }
    struct sched_options o = options_from("MLFQ 2,3 boost 4 cost 3");
    accept_options(&o, "a boost just above the switch cost");
    accept_options(
        &(struct sched_options){.policy = POLICY_MLFQ, .cpus = 2, .levels = {1}, .level_count = 1, .boost = INT64_MAX},
        "the longest boost");
}

static void refuse_job(const char *how, struct sched_job job, size_t at, const char *what) {
    int64_t one = 1, huge = INT64_MAX;
    struct sched_job three[3] = {{100, 7, &one, 1}, {101, 0, &one, 1}, {102, 5, &one, 1}};
    struct workload w = {three, 3};
    struct sched_options o = options_from(how);
    struct schedule s;
    if (place == WITH_OVERFLOW)
        three[at == 0] = (struct sched_job){at == 0 ? 101 : 100, INT64_MAX, &huge, 1};
    three[at] = job;
    memset(&s, 0xa5, sizeof s);
    expect_error(schedule_run(&w, &o, &s), EINVAL, "%s at place %zu, %s", what, at, how);
    expect_true(all_zero(&s), "*out is all zero after %s", what);
}

static void refuse_wrong_jobs(void) {
    static const char *const HOW[] = {"FCFS", "RR 1", "MLFQ 1,2 cpus 2"};
    int64_t good[] = {1, 1, 1}, first[] = {0, 1, 1}, io[] = {1, 0, 1}, last[] = {1, 1, 0}, least[] = {1, 1, INT64_MIN};
    for (size_t i = 0; i < 9; i++) {
        const char *how = HOW[i / 3];
        size_t at = i % 3;
        refuse_job(how, (struct sched_job){-1, 0, good, 3}, at, "the id -1");
        refuse_job(how, (struct sched_job){INT64_MIN, 0, good, 3}, at, "the least id");
        refuse_job(how, (struct sched_job){1, -1, good, 3}, at, "the arrival -1");
        refuse_job(how, (struct sched_job){1, INT64_MIN, good, 3}, at, "the least arrival");
        refuse_job(how, (struct sched_job){1, 0, first, 3}, at, "a first burst of 0");
        refuse_job(how, (struct sched_job){1, 0, io, 3}, at, "an I/O burst of 0");
        refuse_job(how, (struct sched_job){1, 0, last, 3}, at, "a last burst of 0");
        refuse_job(how, (struct sched_job){1, 0, least, 3}, at, "the least burst");
        refuse_job(how, (struct sched_job){1, 0, good, 2}, at, "two bursts");
        refuse_job(how, (struct sched_job){1, 0, NULL, 0}, at, "no bursts");
        refuse_job(how, (struct sched_job){at == 2 ? 100 : 102, 0, good, 3}, at, "a repeated id");
    }
}

Test(sched_options, refuse_each_wrong_job_anywhere, .timeout = 3,
     .description = "SCH-OPT-004 SCH-OPT-004a SCH-RULE-002a SCH-RULE-003: eleven wrong jobs, each at three places") {
    refuse_wrong_jobs();
}

Test(sched_options, refuse_wrong_jobs_before_an_overflow, .timeout = 3,
     .description = "SCH-OPT-005c SCH-RULE-002a: eleven wrong jobs, each beside a job that overflows") {
    place = WITH_OVERFLOW;
    refuse_wrong_jobs();
}

Test(
    sched_options, allow_every_number_of_cpus, .timeout = 3,
    .description = "SCH-OPT-005d SCH-RULE-003a: INT_MAX CPUs under each policy, with jobs, without jobs, with serial") {
    for (size_t i = 0; i < 10; i++) {
        struct sched_options o = options_from(POLICIES[i % 5]);
        struct workload none = {NULL, 0};
        struct jobs jobs;
        struct schedule s;
        o.cpus = INT_MAX;
        o.serial = i >= 5;
        expect_int(schedule_run(&none, &o, &s), 0, "INT_MAX CPUs without jobs, %s", POLICIES[i % 5]);
        expect_int(s.cpus, INT_MAX, "cpus");
        expect_int(s.totals.idle, 0, "idle without jobs");
        schedule_free(&s);
        jobs_from(&jobs, "A(0,3) B(1,2) C(2,1)");
        expect_int(schedule_run(&jobs.workload, &o, &s), 0, "INT_MAX CPUs with three jobs, %s", POLICIES[i % 5]);
        expect_int(s.cpus, INT_MAX, "cpus");
        struct schedule first_three = {.cpus = 3, .slices = s.slices, .slice_count = s.slice_count};
        expect_drawing(&first_three, "AAA / .BB / ..C", "the first three CPUs, %s", POLICIES[i % 5]);
        expect_int(s.totals.idle, 3LL * INT_MAX - 6, "idle of INT_MAX CPUs");
        schedule_free(&s);
    }
}
