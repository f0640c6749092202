/* engine_io.c - rules about I/O, with and without multiprogramming, on random workloads. Each rule looks at the
 * schedule alone. */
#include "support/schedule/every_workload.h"
#include "support/schedule/history.h"

static const struct shape WITH_IO = {.jobs = 6, .arrival = 15, .burst = 6, .io = 7, .ios = 3};

/* How many CPUs run a slice during the tick after this time. */
static int busy_at(const struct schedule *s, int64_t time) {
    int busy = 0;
    for (size_t i = 0; i < s->slice_count; i++)
        busy += s->slices[i].start <= time && s->slices[i].end > time;
    return busy;
}

static bool starts_at(const struct schedule *s, int64_t job, int64_t time) {
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].job == job && s->slices[i].start == time)
            return true;
    return false;
}

/* At each end of a burst before I/O: no job waits if a CPU is idle. */
static const char *blocked_jobs_make_room(const struct workload *w, const struct sched_options *o,
                                          const struct schedule *s) {
    static struct past all[JOBS_MAX];
    for (size_t i = 0; i < s->slice_count; i++) {
        int64_t time = s->slices[i].end;
        if (!past_of_all(w, s, time, all) || busy_at(s, time) >= o->cpus)
            continue;
        bool blocks = false;
        for (size_t j = 0; j < w->job_count; j++)
            blocks |= all[j].job->id == s->slices[i].job && all[j].came == FROM_IO && all[j].issued == time;
        for (size_t j = 0; j < w->job_count && blocks; j++)
            if (all[j].waits && !starts_at(s, all[j].job->id, time))
                return "a job blocks, and its CPU goes to nobody although a job is ready";
    }
    return NULL;
}

Test(
    sched_io, always_gives_the_cpu_away, .timeout = 5,
    .description = "SCH-IO-001 SCH-RULE-001b SCH-RULE-006g: random workloads under every policy, on one and two CPUs") {
    expect_for_every_workload(blocked_jobs_make_room, NULL, WITH_IO, 600);
}

/* Whether a CPU makes a switch to this job during the tick after this time. */
static int switching_at(const struct schedule *s, int64_t job, int64_t time) {
    int switching = 0;
    for (size_t i = 0; i < s->switch_count; i++)
        switching +=
            (job < 0 || s->switches[i].job == job) && s->switches[i].start <= time && s->switches[i].end > time;
    return switching;
}

/* A job that waits has a switch of its own, or all CPUs run or switch. */
static const char *no_cpu_is_idle(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    static struct audit book;
    if (audit(w, s, &book))
        return NULL;
    for (int64_t t = 0; t < book.ticks && t < AUDIT_TICKS; t++)
        for (size_t i = 0; i < w->job_count; i++)
            if (book.doing[i][t] == WAITING && switching_at(s, w->jobs[i].id, t) == 0 &&
                book.running[t] + switching_at(s, -1, t) < o->cpus)
                return "a CPU is idle while a job is ready";
    return NULL;
}

Test(sched_io, leaves_no_cpu_idle_beside_switches, .timeout = 5,
     .description =
         "SCH-IO-003 SCH-IO-003a: random workloads with switch cost under every policy, on one to three CPUs") {
    expect_for_every_workload(
        no_cpu_is_idle,
        "FCFS cost ?;SJF cost ? cpus 2;HRRN cost ?;RR ? cost ? cpus 3;MLFQ ?,? cost ? cpus 2;MLFQ "
        "?,90 cost ? boost !;RR ? ostep",
        WITH_IO, 600);
}

/* Each I/O lasts as long as the workload says, from running-blocked to blocked-ready. */
static const char *io_takes_its_time(const struct workload *w, const struct sched_options *o,
                                     const struct schedule *s) {
    (void)o;
    for (size_t i = 0; i < w->job_count; i++) {
        const struct sched_job *job = &w->jobs[i];
        int64_t since = -1;
        for (size_t k = 0, burst = 1; k < s->state_count && burst < job->burst_count; k++) {
            const struct sched_change *c = &s->states[k];
            if (c->job == job->id && c->to == SCHED_BLOCKED)
                since = c->time;
            if (c->job != job->id || c->from != SCHED_BLOCKED)
                continue;
            if (since < 0 || c->time - since != job->bursts[burst])
                return "an I/O burst takes another time than the workload says";
            burst += 2;
        }
    }
    return NULL;
}

Test(sched_io, always_takes_its_own_time, .timeout = 5,
     .description = "SCH-IO-002 SCH-IO-002a: random workloads under every policy, also with switch cost and serial") {
    expect_for_every_workload(io_takes_its_time, NULL, WITH_IO, 400);
    expect_for_every_workload(
        io_takes_its_time, "FCFS cost 2;RR ? cost 1 cpus 2;SJF serial cpus 2;MLFQ ?,?,? boost ! cost 2", WITH_IO, 400);
}

/* ---- serial ---- */

static const char *holds_its_cpu(const struct sched_job *job, const struct schedule *s) {
    const struct sched_slice *last = NULL;
    size_t burst = 1;
    for (size_t i = 0; i < s->slice_count; i++) {
        const struct sched_slice *slice = &s->slices[i];
        if (slice->job != job->id)
            continue;
        if (last && slice->cpu != last->cpu)
            return "a job goes on at another CPU than the one that it holds";
        if (last && burst < job->burst_count && slice->start != last->end + job->bursts[burst])
            return "a job does not go on at the instant at which its I/O completes";
        burst += last ? 2 : 0;
        for (size_t k = 0; last && k < s->slice_count; k++)
            if (s->slices[k].cpu == slice->cpu && s->slices[k].start >= last->end && s->slices[k].start < slice->start)
                return "another job runs on the CPU that a job holds";
        last = slice;
    }
    return NULL;
}

static const char *each_job_holds_its_cpu(const struct workload *w, const struct sched_options *o,
                                          const struct schedule *s) {
    const char *wrong = NULL;
    (void)o;
    for (size_t i = 0; i < w->job_count && !wrong; i++)
        wrong = holds_its_cpu(&w->jobs[i], s);
    return wrong;
}

Test(sched_io, serial_always_holds_the_cpu, .timeout = 5,
     .description =
         "SCH-IO-004 SCH-IO-004a SCH-IO-004b SCH-RULE-006j: random workloads under FCFS, on one to three CPUs") {
    expect_for_every_workload(each_job_holds_its_cpu,
                              "FCFS serial;FCFS serial cpus 2;FCFS serial cpus 3;FCFS serial cost 2", WITH_IO, 500);
}

/* Where a job stands when a CPU is free. A job that has not begun waits since its arrival. */
static bool is_better(const struct sched_job *a, const struct sched_job *b, int64_t time, enum sched_policy policy) {
    if (policy == POLICY_SJF)
        return a->bursts[0] < b->bursts[0];
    if (policy == POLICY_HRRN)
        return (time - a->arrival) * b->bursts[0] > (time - b->arrival) * a->bursts[0];
    return a->arrival < b->arrival;
}

static const struct sched_slice *first_slice(const struct schedule *s, int64_t job) {
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].job == job)
            return &s->slices[i];
    return NULL;
}

static const char *policy_chooses(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    for (size_t i = 0; i < w->job_count; i++) {
        const struct sched_slice *chosen = first_slice(s, w->jobs[i].id);
        for (size_t j = 0; j < w->job_count && chosen; j++) {
            const struct sched_slice *other = first_slice(s, w->jobs[j].id);
            bool waits = other && other->start > chosen->start && w->jobs[j].arrival <= chosen->start;
            if (waits && is_better(&w->jobs[j], &w->jobs[i], chosen->start, o->policy))
                return "a job begins although the policy puts another one first";
        }
    }
    for (size_t i = 0; i < s->slice_count; i++)
        if (s->slices[i].level != 0)
            return "the level of a slice is not 0";
    return each_burst_is_one_slice(w, o, s);
}

Test(sched_io, serial_always_lets_the_policy_choose, .timeout = 5,
     .description =
         "SCH-IO-005 SCH-IO-005a SCH-IO-005b SCH-IO-005c SCH-RULE-008a: random workloads under all policies") {
    expect_for_every_workload(
        policy_chooses,
        "SJF serial;HRRN serial;RR ? serial;MLFQ ?,? boost ! serial;MLFQ ?,?,? boost ? serial cpus "
        "2;SJF serial cpus 2;HRRN serial cpus 3;FCFS serial",
        WITH_IO, 800);
}

Test(sched_io, serial_ends_despite_boosts, .timeout = 5,
     .description = "SCH-IO-005c SCH-RUN-001b: MLFQ with serial, a boost at each tick, and a long I/O") {
    expect_slices("MLFQ 2,3 boost 1 serial", "A(0, 1 1000000000000000 2) B(1,1)",
                  "A 0-1, A 1000000000000001-1000000000000003, B 1000000000000003-1000000000000004");
    expect_slices("MLFQ 2,3 boost 7 serial cpus 2", "A(0, 1 1000000000000000 2) B(1, 1 5000000000000000 1) C(2,1)",
                  "A 0-1, B 1-2 cpu 1, A 1000000000000001-1000000000000003, C 1000000000000003-1000000000000004, "
                  "B 5000000000000002-5000000000000003 cpu 1");
}
