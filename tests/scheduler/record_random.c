/* record_random.c - the changes of state that the slices of random workloads ask for. */
#include "support/schedule/history.h"
#include "support/schedule/like_model.h"

#define CHANGES_MAX 2048

static const struct shape WITH_IO = {.jobs = 7, .arrival = 20, .burst = 6, .io = 6, .ios = 3};

#define ALL_KINDS                                                                                                      \
    "FCFS;SJF cpus 2;HRRN ostep;RR ?;RR ? cpus 3;MLFQ ?,?;MLFQ ?,?,? boost ! cpus 2;MLFQ ?,? boost ! cost 2;RR ? "     \
    "cost 1;"                                                                                                          \
    "SJF serial cpus 2;FCFS serial cost 1;MLFQ ?,? boost 5 cost 3 cpus 2"

static struct sched_change due[CHANGES_MAX];
static size_t due_count;

static void expect_change(int64_t time, int64_t job, enum sched_state from, enum sched_state to) {
    if (due_count < CHANGES_MAX)
        due[due_count++] = (struct sched_change){time, job, from, to};
}

/* Writes to `due` what the slices of a job ask for. Returns false if these slices cannot be. */
static bool ask_for(const struct sched_job *job, const struct schedule *s) {
    size_t burst = 0;
    int64_t left = job->bursts[0];
    expect_change(job->arrival, job->id, SCHED_NEW, SCHED_READY);
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_slice *slice = &s->slices[i];
        if (slice->job != job->id)
            continue;
        left -= slice->end - slice->start;
        if (left < 0 || burst >= job->burst_count)
            return false;
        expect_change(slice->start, job->id, SCHED_READY, SCHED_RUNNING);
        if (left > 0) {
            expect_change(slice->end, job->id, SCHED_RUNNING, SCHED_READY);
        } else if (burst + 1 == job->burst_count) {
            expect_change(slice->end, job->id, SCHED_RUNNING, SCHED_ENDED);
            burst += 2;
        } else {
            expect_change(slice->end, job->id, SCHED_RUNNING, SCHED_BLOCKED);
            expect_change(slice->end + job->bursts[burst + 1], job->id, SCHED_BLOCKED, SCHED_READY);
            burst += 2;
            left = job->bursts[burst];
        }
    }
    return burst > job->burst_count;
}

static bool is_same(const struct sched_change *a, const struct sched_change *b) {
    return a->time == b->time && a->job == b->job && a->from == b->from && a->to == b->to;
}

static bool is_loss(const struct sched_change *c) {
    return c->from == SCHED_RUNNING && c->to == SCHED_READY;
}

/* Compares the changes of one kind. Losses are running to ready. Each change that is due must be there once. */
static const char *compare(const struct workload *w, const struct schedule *s, bool losses) {
    size_t wanted = 0, got = 0;
    due_count = 0;
    for (size_t i = 0; i < w->job_count; i++)
        if (!ask_for(&w->jobs[i], s))
            return NULL; /* another clause tests this */
    for (size_t i = 0; i < s->state_count; i++)
        got += is_loss(&s->states[i]) == losses;
    for (size_t i = 0; i < due_count; i++) {
        size_t found = 0;
        if (is_loss(&due[i]) != losses)
            continue;
        wanted++;
        for (size_t k = 0; k < s->state_count; k++)
            found += is_same(&due[i], &s->states[k]);
        if (found != 1)
            return "a change of state that the slices ask for is not recorded exactly once";
    }
    return wanted == got ? NULL : "a change of state is recorded that no slice asks for";
}

static const char *each_change_is_there(const struct workload *w, const struct sched_options *o,
                                        const struct schedule *s) {
    (void)o;
    return compare(w, s, false);
}

static const char *each_loss_is_there(const struct workload *w, const struct sched_options *o,
                                      const struct schedule *s) {
    (void)o;
    return compare(w, s, true);
}

Test(sched_states, are_always_recorded_once, .timeout = 5,
     .description = "SCH-STATE-001 SCH-STATE-002a SCH-STATE-002b: random workloads under all policies and options") {
    expect_for_workloads_with(0, EXACT, each_change_is_there, ALL_KINDS, WITH_IO, 800);
}

Test(sched_states, always_show_who_lost_the_cpu, .timeout = 5,
     .description = "SCH-STATE-003 SCH-STATE-003a SCH-STATE-003b: random workloads under all policies and options") {
    expect_for_workloads_with(0, EXACT, each_loss_is_there, ALL_KINDS, WITH_IO, 800);
}

static bool precedes(int64_t start, int cpu, int64_t next_start, int next_cpu) {
    return start < next_start || (start == next_start && cpu < next_cpu);
}

static const char *all_is_sorted(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    (void)w, (void)o;
    for (size_t i = 1; i < s->slice_count; i++)
        if (!precedes(s->slices[i - 1].start, s->slices[i - 1].cpu, s->slices[i].start, s->slices[i].cpu))
            return "the slices are not sorted by start, then by CPU";
    for (size_t i = 1; i < s->switch_count; i++)
        if (!precedes(s->switches[i - 1].start, s->switches[i - 1].cpu, s->switches[i].start, s->switches[i].cpu))
            return "the switches are not sorted by start, then by CPU";
    for (size_t i = 1; i < s->state_count; i++)
        if (s->states[i - 1].time > s->states[i].time)
            return "the changes of state are not sorted by time";
    return NULL;
}

Test(sched_states, are_always_sorted, .timeout = 5,
     .description = "SCH-STATE-004: random workloads with slices and switches on one to four CPUs") {
    expect_for_every_workload(
        all_is_sorted, ALL_KINDS ";MLFQ ?,?,90 cost 4 cpus 3;RR ? cpus 4 cost 2;MLFQ ?,?,90 cost 3 boost ! cpus 4",
        WITH_IO, 900);
}

Test(sched_states, always_follow_the_steps, .timeout = 5,
     .description =
         "SCH-STATE-004a SCH-STATE-004b SCH-STATE-004c SCH-RULE-006i: random workloads against the slow model") {
    static const struct shape shape = {.jobs = 7, .arrival = 20, .burst = 8, .io = 6, .ios = 2};
    expect_for_workloads_with(
        0, COINCIDENCES, states_in_order,
        "RR ? cpus 3;MLFQ ?,?,90 cpus 2;MLFQ ?,?,? boost ! cpus 3;MLFQ ?,?,? boost ! cost 2 cpus 2;MLFQ "
        "?,? boost ! ostep cpus 2;RR ? ostep cpus 2;FCFS serial cpus 3",
        shape, 600);
}
