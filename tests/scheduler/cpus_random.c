/* cpus_random.c - several CPUs and context switches, on random workloads. */
#include "support/core/rounds.h"
#include "support/schedule/blame.h"
#include "support/schedule/history.h"
#include "support/schedule/like_model.h"

Test(sched_cpus, always_share_one_queue, .timeout = 5,
     .description = "SCH-SMP-001: random workloads under FCFS and RR, on two to four CPUs") {
    static const struct shape shape = {.jobs = 9, .arrival = 20, .burst = 9, .io = 6, .ios = 2, .apart = true};
    expect_for_every_workload(in_order_of_becoming_ready, "FCFS cpus 2;FCFS cpus 3;FCFS cpus 4;RR ? cpus 2;RR ? cpus 4",
                              shape, 400);
    expect_for_workloads_with(0, COINCIDENCES | EXACT, runs_on_any_cpu,
                              "FCFS cpus 2;FCFS cpus 3;SJF cpus 2;RR 90 cpus 4", shape, 400);
}

/* 1: the CPU runs during the tick after this time; 2: it also begins a slice there. */
static int use_of(const struct schedule *s, int cpu, int64_t time) {
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].cpu == cpu && s->slices[i].start <= time && s->slices[i].end > time)
            return s->slices[i].start == time ? 2 : 1;
    return 0;
}

/* If a CPU begins a slice, no lower CPU is idle. */
static const char *lowest_first(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    (void)w;
    for (size_t i = 0; i < s->slice_count; i++)
        for (int cpu = 0; cpu < s->slices[i].cpu && cpu < o->cpus; cpu++)
            if (use_of(s, cpu, s->slices[i].start) == 0)
                return "a job is dispatched to a CPU although a lower one is idle";
    return NULL;
}

Test(
    sched_cpus, are_always_taken_lowest_first, .timeout = 5,
    .description = "SCH-SMP-002 SCH-SMP-002a SCH-RULE-006g: random workloads under every policy, on two to four CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 30, .burst = 6, .io = 6, .ios = 2};
    expect_for_every_workload(lowest_first,
                              "FCFS cpus 3;SJF cpus 2;HRRN cpus 4;RR ? cpus 2;RR ? cpus 4;MLFQ ?,? cpus 3", shape, 600);
}

Test(sched_cpus, take_the_jobs_in_the_order_of_the_queue, .timeout = 5,
     .description = "SCH-SMP-002: random workloads in which jobs find several idle CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 12, .burst = 6};
    expect_for_workloads_with(IDLE_CHOICE, EXPIRED_AND_COMER | EXACT | TWO_EXPIRED, runs_like_model,
                              "FCFS cpus 2;FCFS cpus 3;FCFS cpus 4;RR ! cpus 3", shape, 500);
}

Test(sched_cpus, preempt_the_right_jobs, .timeout = 5,
     .description =
         "SCH-SMP-004 SCH-SMP-004b SCH-RULE-006h: random workloads with one or more preemptions at an instant") {
    static const struct shape shape = {.jobs = 7, .arrival = 12, .burst = 15};
    expect_chart("MLFQ 1,8 cpus 2", "A(0,9) B(0,9) C(3,1) D(3,1)", "AAADAAAAAA / BBBCBBBBBB");
    expect_for_workloads_with(PREEMPTED, EXPIRED_AND_COMER | EXACT | PREEMPTED_USED, runs_like_model,
                              "MLFQ ?,90 cpus 2;MLFQ ?,90 cpus 3;MLFQ ?,?,90 cpus 2;MLFQ ?,?,90 cpus 4", shape, 3000);
}

/* Long jobs have all eight CPUs, and some more may wait on level 1. Each short job that comes preempts one of them. */
static void crowd(struct jobs *out, struct dice *dice) {
    unsigned longs = 8 + dice_below(dice, 7), count = longs + 1 + dice_below(dice, 12);
    *out = (struct jobs){.workload = {out->job, count}};
    for (unsigned i = 0; i < count; i++) {
        bool is_long = i < longs;
        out->bursts[i][0] = is_long ? 5 + dice_below(dice, 25) : 1 + dice_below(dice, 2);
        out->job[i] = (struct sched_job){i + 1, is_long ? 0 : 7 + dice_below(dice, 25), out->bursts[i], 1};
    }
}

Test(sched_cpus, preempt_the_right_jobs_of_eight, .timeout = 5,
     .description = "SCH-SMP-004 SCH-SMP-004b SCH-RULE-006h: random short jobs preempt long jobs on eight CPUs") {
    struct dice dice = dice_for("jobs that preempt others on eight CPUs");
    struct sched_options o = options_from("MLFQ 3,90 cpus 8");
    unsigned last = rounds(500), wrong = 0, right = 0;
    for (unsigned i = 0; i < last; i++) {
        static struct jobs jobs;
        struct schedule s = {0};
        crowd(&jobs, &dice);
        const char *problem = "schedule_run fails";
        if (schedule_run(&jobs.workload, &o, &s) == 0)
            problem = runs_like_model(&jobs.workload, &o, &s);
        right += !problem;
        if (problem && another_clause_is_broken(&jobs.workload, &o, &s))
            problem = NULL;
        schedule_free(&s);
        if (!problem)
            continue;
        step("%s: MLFQ 3,90 cpus 8, %s", problem, jobs_text(&jobs));
        wrong++;
    }
    expect_int(wrong, 0, "workloads that do not run like the model");
    expect_true(right > 0, "at least one workload runs like the model");
}

Test(sched_cpus, preempt_jobs_during_their_switches, .timeout = 5,
     .description =
         "SCH-SMP-004a SCH-SWITCH-004d: random workloads with running and switching jobs on two and three CPUs") {
    static const struct shape shape = {.jobs = 6, .arrival = 12, .burst = 12};
    expect_for_workloads_with(PREEMPTED, EXPIRED_AND_COMER | EXACT | PREEMPTED_USED, runs_like_model,
                              "MLFQ ?,90 cpus 2 cost 1;MLFQ ?,90 cpus 3 cost 2;MLFQ ?,90,90 cpus 2 cost 3", shape,
                              2000);
}

/* ---- context switches, as each CPU shows them ---- */

/* The latest slice of a CPU that begins before this time. */
static const struct sched_slice *slice_before(const struct schedule *s, int cpu, int64_t time) {
    const struct sched_slice *found = NULL;
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].cpu == cpu && s->slices[i].start < time && (!found || s->slices[i].start > found->start))
            found = &s->slices[i];
    return found;
}

static const struct sched_switch *switch_until(const struct schedule *s, int cpu, int64_t time) {
    for (size_t i = 0; i < s->switch_count; i++)
        if (s->switches[i].cpu == cpu && s->switches[i].end == time)
            return &s->switches[i];
    return NULL;
}

static const char *each_change_costs(const struct workload *w, const struct sched_options *o,
                                     const struct schedule *s) {
    int64_t sum = 0;
    (void)w;
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_slice *slice = &s->slices[i], *last = slice_before(s, slice->cpu, slice->start);
        const struct sched_switch *change = switch_until(s, slice->cpu, slice->start);
        if (!last || last->job == slice->job || o->switch_cost == 0)
            continue;
        if (!change || change->job != slice->job)
            return "a CPU changes to another job without a switch";
        if (change->end - change->start != o->switch_cost)
            return "a switch takes another time than switch_cost";
    }
    for (size_t i = 0; i < s->switch_count; i++)
        sum += s->switches[i].end - s->switches[i].start;
    if (o->switch_cost == 0 && s->switch_count > 0)
        return "there is a switch although the cost is 0";
    return s->totals.switching == sum ? NULL : "totals.switching is not the sum of the switches";
}

static const struct shape SWITCHING = {.jobs = 6, .arrival = 20, .burst = 6, .io = 6, .ios = 2};

Test(sched_switches, always_cost_ticks, .timeout = 5,
     .description =
         "SCH-SWITCH-001 SCH-SWITCH-001a SCH-SWITCH-001b SCH-SWITCH-001e: random workloads, also with serial") {
    expect_chart("FCFS serial cost 2", "A(0, 2 3 2) B(1,4)", "AA...AAxxBBBB");
    expect_for_every_workload(
        each_change_costs,
        "FCFS cost ?;SJF cost ? cpus 2;HRRN cost ? serial;RR ? cost ?;RR ? cost ? cpus 3;FCFS cost ? "
        "serial cpus 2;MLFQ ?,? cost ? serial;FCFS;RR ?",
        SWITCHING, 900);
}

/* A job begins and stops running only where a slice of it begins or ends. */
static const char *changes_have_slices(const struct workload *w, const struct sched_options *o,
                                       const struct schedule *s) {
    (void)w, (void)o;
    for (size_t i = 0; i < s->state_count; i++) {
        const struct sched_change *c = &s->states[i];
        bool found = (c->to != SCHED_RUNNING && c->from != SCHED_RUNNING) || c->from == SCHED_BLOCKED;
        for (size_t k = 0; k < s->slice_count && !found; k++)
            found = s->slices[k].job == c->job &&
                    (c->to == SCHED_RUNNING ? s->slices[k].start : s->slices[k].end) == c->time;
        if (!found)
            return "a change of state is recorded for a job that has no slice there";
    }
    return NULL;
}

Test(sched_switches, never_choose_again, .timeout = 5,
     .description = "SCH-SWITCH-001c SCH-SWITCH-001d: random workloads in which better jobs come during a switch") {
    static const struct shape shape = {.jobs = 6, .arrival = 20, .burst = 9, .apart = true};
    expect_chart("SJF cost 3", "A(0,2) B(1,5) C(3,1)", "AAxxxBBBBBxxxC");
    expect_for_every_workload(changes_have_slices, "FCFS cost ?", SWITCHING, 100);
    expect_for_workloads_with(0, COINCIDENCES | EQUAL_CHOICE, runs_like_model, "SJF cost ?;SJF cost ? cpus 2", shape,
                              600);
}

static const char *the_same_is_free(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    (void)w, (void)o;
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_slice *slice = &s->slices[i], *last = slice_before(s, slice->cpu, slice->start);
        const struct sched_switch *change = switch_until(s, slice->cpu, slice->start);
        if (!last && change)
            return "the first job of a CPU has a switch";
        if (last && last->job == slice->job && change && change->job == slice->job)
            return "a CPU has a switch to the job that it ran last";
    }
    return NULL;
}

Test(sched_switches, are_always_free_for_the_same_job, .timeout = 5,
     .description =
         "SCH-SWITCH-002 SCH-SWITCH-002a SCH-SWITCH-002b: random workloads, also with serial and several CPUs") {
    expect_chart("FCFS serial cost 2", "A(0, 1 2 1 2 1)", "A..A..A");
    expect_chart("RR 2 cost 3 cpus 2", "A(0,5) B(0,4)", "AAAAA / BBBB.");
    expect_for_every_workload(the_same_is_free,
                              "FCFS cost ?;RR ? cost ?;RR ? cost ? cpus 3;FCFS cost ? serial;SJF cost ? serial cpus 2",
                              SWITCHING, 500);
}

/* Under RR the slices show it. Under MLFQ the model knows what is left of each quantum. */
Test(sched_switches, never_use_the_quantum, .timeout = 5,
     .description = "SCH-SWITCH-003 SCH-SWITCH-003a: random workloads under RR, and under MLFQ without preemption") {
    static const struct shape early = {.jobs = 4, .arrival = 3, .burst = 15, .apart = true};
    expect_for_every_workload(each_slice_is_a_quantum, "RR ? cost ?;RR ? cost ? cpus 2", SWITCHING, 500);
    expect_for_workloads_with(SUNK | AT_THE_BOTTOM, COINCIDENCES | EXACT | PREEMPTED, levels_like_model,
                              "MLFQ ?,? cost ?;MLFQ ?,?,90 cost ?", early, 500);
}

Test(sched_switches, are_always_abandoned_like_the_model, .timeout = 5,
     .description =
         "SCH-SWITCH-004 SCH-SWITCH-004a SCH-SWITCH-004b SCH-SWITCH-004c: random arrivals and boosts at switches") {
    static const struct shape shape = {.jobs = 5, .arrival = 25, .burst = 9, .apart = true};
    expect_for_workloads_with(ABANDONED, COINCIDENCES | EXACT | PREEMPTED_USED, runs_like_model,
                              "MLFQ ?,90 cost ?;MLFQ ?,90 boost 1? cost ?;MLFQ ?,90 cost 3;MLFQ 90 boost ! cost 4",
                              shape, 2000);
    expect_for_workloads_with(ABANDONED, COINCIDENCES | EXACT, switches_like_model,
                              "MLFQ ?,90 cost 3;MLFQ 90 boost ! cost 4", shape, 1000);
    expect_for_workloads_with(ABANDONED, COINCIDENCES | EXACT, changes_have_slices,
                              "MLFQ ?,90 cost 3;MLFQ 90 boost ! cost 4", shape, 1000);
}
