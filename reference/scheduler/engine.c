/* engine.c - runs a workload from instant to instant. At each instant it does the same steps in the same order.
 *
 * Theory of operation. Nothing happens between two instants, so the engine jumps from one to the next. At an instant
 * a job arrives, an I/O completes, a boost comes, or a CPU ends a burst, a quantum or a context switch. Arrivals are
 * sorted once. I/O completions and CPUs are in heaps by time. So an event costs O(log n), for bursts of any length.
 *
 * The result depends on the order of the events of one instant. The table INSTANT is this order. It has one row for
 * each tie profile. Within a step, jobs go by rank, that is, by id.
 *
 * Policies know nothing about time and CPUs. The engine knows nothing about queues: see policy.h.
 */
#include "cpus.h"
#include "metrics.h"
#include "options.h"
#include "policy.h"
#include "ticks.h"

#include <errno.h>
#include <stdlib.h>

struct machine {
    const struct sched_options *options;
    const struct policy *policy;
    struct task *tasks;
    struct task **arrivals;
    size_t arrived;
    size_t unfinished;
    struct task **expired; /* whose quantum ended at this instant */
    size_t expired_count;
    struct heap blocked; /* by the time that the I/O completes; see block */
    int64_t issued;      /* I/O bursts begun so far */
    int64_t turns;       /* how often a job became ready so far */
    struct ready ready;
    struct cpus cpus;
    struct record record;
    int64_t now;
};

/* ---- what can happen to a job ---- */

static void enqueue(struct machine *m, struct task *t) {
    t->since = m->now;
    t->turn = m->turns++;
    m->policy->put(&m->ready, t, m->now);
    m->ready.count++;
}

/* No job waits for the I/O of another job. SCH-IO-002 SCH-TIE-011 */
static int block(struct machine *m, struct task *t) {
    int64_t done;
    if (!ticks_add(m->now, t->job->bursts[t->burst + 1], &done))
        return -1;
    int64_t order = m->options->ties == SCHED_TIES_OSTEP ? m->issued++ : (int64_t)t->rank;
    heap_put(&m->blocked, done, order, t->rank);
    return record_state(&m->record, t, SCHED_BLOCKED, m->now);
}

static int end_burst(struct machine *m, struct task *t) {
    bool last = t->burst + 1 == t->job->burst_count;
    if (m->options->serial && !last)
        cpus_hold(&m->cpus, t->cpu); /* SCH-IO-004 */
    else
        cpus_release(&m->cpus, t->cpu); /* SCH-IO-001 */
    if (!last)
        return block(m, t);
    t->figures->completion = m->now;
    m->unfinished--;
    return record_state(&m->record, t, SCHED_ENDED, m->now);
}

/* Ends what the CPU did for its task. The CPU may have done nothing yet. */
static void stop(struct machine *m, struct task *t) {
    int64_t ran = cpus_stop(&m->cpus, t->cpu, m->now);
    t->left -= ran;
    if (ran > 0 && m->policy->ran)
        m->policy->ran(&m->ready, t, ran);
}

/* Preempts the job on the lowest level. If there are several, the one with the largest id. SCH-SMP-004 */
static int preempt_lowest(struct machine *m) {
    size_t cpu = m->cpus.lowest.items[0].value;
    struct task *t = m->cpus.all[cpu].task;
    stop(m, t);
    cpus_release(&m->cpus, cpu);
    m->policy->put_back(&m->ready, t);
    m->ready.count++;
    return t->state == SCHED_RUNNING ? record_state(&m->record, t, SCHED_READY, m->now) : 0;
}

/* ---- the steps of one instant ---- */

/* Ends what the CPUs did until now: a context switch, a burst, a quantum. SCH-TIE-001 */
static int end_bursts(struct machine *m) {
    struct heap *events = &m->cpus.events;
    m->expired_count = 0;
    while (events->count > 0 && events->items[0].key == m->now) {
        size_t cpu = events->items[0].value;
        struct task *t = m->cpus.all[cpu].task;
        if (m->cpus.all[cpu].phase == CPU_SWITCHING) {
            cpus_switched(&m->cpus, cpu);
            continue;
        }
        stop(m, t);
        if (t->left > 0) {
            cpus_release(&m->cpus, cpu);
            m->expired[m->expired_count++] = t;
        } else if (end_burst(m, t) < 0) { /* SCH-RR-003 */
            return -1;
        }
    }
    return 0;
}

static int complete_io(struct machine *m) {
    while (m->blocked.count > 0 && m->blocked.items[0].key == m->now) {
        struct task *t = &m->tasks[heap_take(&m->blocked)];
        t->burst += 2;
        t->left = t->job->bursts[t->burst];
        if (record_state(&m->record, t, SCHED_READY, m->now) < 0) /* SCH-STATE-002 */
            return -1;
        if (m->options->serial)
            cpus_resume(&m->cpus, t);
        else
            enqueue(m, t);
    }
    return 0;
}

static int arrive(struct machine *m) {
    for (; m->arrived < m->ready.task_count; m->arrived++) {
        struct task *t = m->arrivals[m->arrived];
        if (t->job->arrival > m->now)
            break;
        if (record_state(&m->record, t, SCHED_READY, m->now) < 0)
            return -1;
        enqueue(m, t);
    }
    return 0;
}

static int requeue_expired(struct machine *m) {
    for (size_t i = 0; i < m->expired_count; i++) {
        if (record_state(&m->record, m->expired[i], SCHED_READY, m->now) < 0)
            return -1;
        enqueue(m, m->expired[i]);
    }
    return 0;
}

static bool boosts(const struct machine *m) {
    return m->policy->boost && m->options->boost > 0;
}

/* SCH-MLFQ-013 */
static int boost(struct machine *m) {
    if (!boosts(m) || m->now == 0 || m->now % m->options->boost != 0)
        return 0;
    while (m->cpus.lowest.count > 0)
        if (preempt_lowest(m) < 0)
            return -1;
    m->policy->boost(&m->ready);
    return 0;
}

static void dispatch_next(struct machine *m) {
    m->ready.count--;
    cpus_assign(&m->cpus, m->policy->take(&m->ready, m->now));
}

/* SCH-IO-003 SCH-SMP-001 */
static int dispatch(struct machine *m) {
    while (m->ready.count > 0 && m->cpus.idle.count > 0)
        dispatch_next(m);
    if (!m->policy->outranks)
        return 0;
    while (m->ready.count > 0 && m->policy->outranks(&m->ready, m->cpus.all[m->cpus.lowest.items[0].value].task)) {
        if (preempt_lowest(m) < 0)
            return -1;
        dispatch_next(m);
    }
    return 0;
}

/* In order of CPU, so that the slices are sorted by start and CPU. SCH-STATE-004 */
static int begin(struct machine *m) {
    while (m->cpus.starting.count > 0) {
        size_t cpu = m->cpus.starting.items[0].value;
        struct task *t = m->cpus.all[cpu].task;
        int64_t ticks = m->policy->allowance ? m->policy->allowance(&m->ready, t) : t->left;
        if (cpus_begin(&m->cpus, cpu, ticks < t->left ? ticks : t->left, m->now) < 0)
            return -1;
        if (t->state == SCHED_RUNNING && !t->dispatched) {
            t->dispatched = true;
            t->figures->response = m->now - t->job->arrival; /* SCH-MET-003 */
        }
    }
    return 0;
}

typedef int step(struct machine *m);

/* textbook: SCH-TIE-001 SCH-TIE-002 SCH-TIE-003 SCH-TIE-005 SCH-TIE-006
 * ostep: SCH-TIE-006 SCH-TIE-007 SCH-TIE-008 SCH-TIE-010 SCH-TIE-012 */
static step *const INSTANT[][7] = {
    [SCHED_TIES_TEXTBOOK] = {end_bursts, complete_io, arrive, requeue_expired, boost, dispatch, begin},
    [SCHED_TIES_OSTEP] = {end_bursts, requeue_expired, boost, arrive, complete_io, dispatch, begin},
};

/* ---- from instant to instant ---- */

static int64_t next_boost(const struct machine *m) {
    int64_t period = m->options->boost, next;
    return __builtin_add_overflow(m->now - m->now % period, period, &next) ? INT64_MAX : next;
}

static int64_t next_instant(const struct machine *m) {
    int64_t next = INT64_MAX;
    if (m->arrived < m->ready.task_count)
        next = m->arrivals[m->arrived]->job->arrival;
    if (m->blocked.count > 0 && m->blocked.items[0].key < next)
        next = m->blocked.items[0].key;
    if (m->cpus.events.count > 0 && m->cpus.events.items[0].key < next)
        next = m->cpus.events.items[0].key;
    if (boosts(m) && m->cpus.events.count > 0 && next_boost(m) < next)
        next = next_boost(m);
    return next;
}

/* Goes to an instant. The boosts in between meet only blocked jobs, so one boost is enough. SCH-RUN-001 */
static void go_to(struct machine *m, int64_t instant) {
    if (boosts(m) && instant > 0 && (instant - 1) / m->options->boost > m->now / m->options->boost)
        m->policy->boost(&m->ready);
    m->now = instant;
}

static int run(struct machine *m) {
    while (m->unfinished > 0) {
        go_to(m, next_instant(m));
        for (size_t i = 0; i < sizeof INSTANT[0] / sizeof INSTANT[0][0]; i++)
            if (INSTANT[m->options->ties][i](m) < 0)
                return -1;
    }
    return 0;
}

/* ---- setting up and clearing away ---- */

static const struct policy *policy_for(const struct sched_options *o) {
    static const struct policy *const POLICIES[] = {[POLICY_FCFS] = &fcfs_policy,
                                                    [POLICY_SJF] = &sjf_policy,
                                                    [POLICY_HRRN] = &hrrn_policy,
                                                    [POLICY_RR] = &rr_policy,
                                                    [POLICY_MLFQ] = &mlfq_policy};
    bool cuts_bursts = o->policy == POLICY_RR || o->policy == POLICY_MLFQ;
    return o->serial && cuts_bursts ? &fcfs_policy : POLICIES[o->policy]; /* SCH-IO-005 */
}

static int machine_open(struct machine *m, const struct workload *w, struct schedule *s) {
    size_t jobs = w->job_count;
    m->policy = policy_for(m->options);
    m->unfinished = jobs;
    m->record.schedule = s;
    s->cpus = m->options->cpus;
    s->job_count = jobs;
    s->jobs = calloc(jobs ? jobs : 1, sizeof *s->jobs);
    if (!s->jobs || tasks_make(w, s->jobs, &m->tasks, &m->arrivals) < 0)
        return -1;
    m->ready = (struct ready){.options = m->options, .tasks = m->tasks, .task_count = jobs};
    if (heap_open(&m->blocked, jobs) < 0 || cpus_open(&m->cpus, m->options, jobs, &m->record) < 0)
        return -1;
    m->expired = calloc(m->cpus.count ? m->cpus.count : 1, sizeof(struct task *));
    return m->expired && (!m->policy->open || m->policy->open(&m->ready) == 0) ? 0 : -1;
}

static void machine_close(struct machine *m) {
    if (m->policy && m->policy->close)
        m->policy->close(&m->ready);
    cpus_close(&m->cpus);
    heap_close(&m->blocked);
    free(m->expired);
    free(m->arrivals);
    free(m->tasks);
}

/* SCH-RUN-002 SCH-RUN-003 SCH-OPT-005 SCH-FAULT-001 */
int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    *out = (struct schedule){0};
    if (options_check(w, o) < 0)
        return -1;
    struct machine m = {.options = o};
    bool done = machine_open(&m, w, out) == 0 && run(&m) == 0 && metrics_compute(w, out) == 0;
    int error = errno;
    machine_close(&m);
    if (done)
        return 0;
    schedule_free(out);
    errno = error;
    return -1;
}

void schedule_free(struct schedule *s) {
    if (!s)
        return;
    free(s->slices);
    free(s->switches);
    free(s->states);
    free(s->jobs);
    *s = (struct schedule){0};
}
