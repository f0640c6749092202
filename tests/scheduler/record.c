/* record.c - the recorded changes of state, and their order. */
#include "support/schedule/like_model.h"

Test(sched_states, are_recorded_at_each_change, .timeout = 3,
     .description =
         "SCH-STATE-001 SCH-RULE-001 SCH-RULE-001a SCH-RULE-008: one job with I/O, and two jobs one after the other") {
    expect_states("FCFS", "A(0, 2 3 1)",
                  "0 A new-ready, 0 A ready-running, 2 A running-blocked, 5 A blocked-ready, 5 A ready-running, "
                  "6 A running-ended");
    expect_states("FCFS", "A(1,2) B(2,1)",
                  "1 A new-ready, 1 A ready-running, 2 B new-ready, 3 A running-ended, 3 B ready-running, "
                  "4 B running-ended");
}

/* Each I/O must end with blocked-ready, and a blocked job must not change to another state. */
static const char *blocked_becomes_ready(const struct workload *w, const struct sched_options *o,
                                         const struct schedule *s) {
    size_t due = 0, seen = 0;
    (void)o;
    for (size_t i = 0; i < w->job_count; i++)
        due += w->jobs[i].burst_count / 2;
    for (size_t i = 0; i < s->state_count; i++) {
        if (s->states[i].from == SCHED_BLOCKED && s->states[i].to != SCHED_READY)
            return "a blocked job changes to another state than ready";
        seen += s->states[i].from == SCHED_BLOCKED;
    }
    return seen == due ? NULL : "the number of changes blocked-ready is not the number of I/O bursts";
}

Test(sched_states, go_from_blocked_to_ready, .timeout = 5,
     .description = "SCH-STATE-002: with an idle CPU, with serial, and with random workloads") {
    expect_for_every_workload(blocked_becomes_ready, "RR 5 cpus 2;FCFS serial",
                              ((struct shape){.jobs = 2, .arrival = 9, .burst = 3, .io = 6, .ios = 3}), 100);
    expect_for_every_workload(blocked_becomes_ready, NULL,
                              ((struct shape){.jobs = 6, .arrival = 20, .burst = 5, .io = 6, .ios = 3}), 300);
}

Test(sched_states, show_who_lost_the_cpu, .timeout = 3,
     .description = "SCH-STATE-003: an expired quantum, a preemption and a boost") {
    expect_losses("RR 2", "A(0,3)", "2 A running-ready");
    expect_losses("MLFQ 1,9", "A(0,3) B(2,1)", "1 A running-ready, 2 A running-ready");
    expect_losses("MLFQ 9 boost 2", "A(0,3)", "2 A running-ready");
}

/* The changes of one workload, in the order of the model. */
static void expect_order(const char *how, const char *jobs) {
    struct jobs known;
    struct schedule s;
    const struct sched_options o = options_from(how);
    jobs_from(&known, jobs);
    expect_int(run_texts(how, jobs, &s), 0, "%s, %s", how, jobs);
    const char *wrong = states_in_order(&known.workload, &o, &s);
    schedule_free(&s);
    expect_text(wrong ? wrong : "in order", "in order", "the changes of state of %s, %s", how, jobs);
}

Test(sched_states, stand_in_the_order_of_the_steps, .timeout = 5,
     .description = "SCH-STATE-004: RR with I/O, a boost on two CPUs, and random workloads") {
    expect_order("RR 2", "A(0, 1 3 2) B(0,3)");
    expect_order("MLFQ 1,9 boost 3 cpus 2", "A(0,4) B(0,4)");
    expect_slices("FCFS cpus 3", "A(0,2) B(0,1) C(0,1) D(0,1)", "A 0-2, B 0-1 cpu 1, C 0-1 cpu 2, D 1-2 cpu 1");
    expect_for_workloads_with(0, COINCIDENCES, states_in_order, NULL,
                              ((struct shape){.jobs = 8, .arrival = 20, .burst = 6, .io = 6, .ios = 2}), 300);
}

/* ---- the chain of one job ---- */

static bool is_legal(enum sched_state from, enum sched_state to) {
    return (from == SCHED_NEW && to == SCHED_READY) || (from == SCHED_READY && to == SCHED_RUNNING) ||
           (from == SCHED_RUNNING && (to == SCHED_READY || to == SCHED_BLOCKED || to == SCHED_ENDED)) ||
           (from == SCHED_BLOCKED && to == SCHED_READY);
}

/* The next slice of a job from index `at` on. */
static const struct sched_slice *next_slice(const struct schedule *s, int64_t job, size_t *at) {
    while (*at < s->slice_count)
        if (s->slices[(*at)++].job == job)
            return &s->slices[*at - 1];
    return NULL;
}

static const char *one_chain(const struct sched_job *job, const struct schedule *s) {
    enum sched_state state = SCHED_NEW;
    const struct sched_slice *slice = NULL;
    size_t at = 0;
    for (size_t i = 0; i < s->state_count; i++) {
        const struct sched_change *c = &s->states[i];
        if (c->job != job->id)
            continue;
        if (c->from != state || !is_legal(c->from, c->to))
            return "a change of a job does not begin in the state before it, or is not allowed";
        if (c->from == SCHED_NEW && c->time != job->arrival)
            return "a job first becomes ready at another time than its arrival";
        if (c->to == SCHED_RUNNING && (!(slice = next_slice(s, job->id, &at)) || slice->start != c->time))
            return "a job becomes running at a time at which no slice of it begins";
        if (c->from == SCHED_RUNNING && slice->end != c->time)
            return "a job stops running at another time than the end of its slice";
        state = c->to;
    }
    if (state != SCHED_ENDED)
        return "the last change of a job is not to ended";
    return next_slice(s, job->id, &at) ? "a job has a slice without changes of state" : NULL;
}

static const char *chains(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    const char *wrong = NULL;
    (void)o;
    for (size_t i = 0; i < w->job_count && !wrong; i++)
        wrong = one_chain(&w->jobs[i], s);
    return wrong;
}

Test(sched_states, make_one_chain_for_each_job, .timeout = 5,
     .description = "SCH-STATE-005: random workloads under every policy, also with boost, switch cost and serial") {
    static const struct shape shape = {.jobs = 8, .arrival = 20, .burst = 6, .io = 6, .ios = 3};
    expect_for_workloads_with(0, EXACT, chains, NULL, shape, 600);
    expect_for_workloads_with(0, EXACT, chains, "MLFQ 1,2,4 boost 6 cost 2 cpus 2", shape, 200);
    expect_for_workloads_with(0, EXACT, chains, "RR 2 cost 1", shape, 100);
    expect_for_workloads_with(0, EXACT, chains, "SJF serial cpus 2", shape, 100);
}
