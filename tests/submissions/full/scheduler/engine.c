/* engine.c - runs a workload, from instant to instant.
 *
 * One loop: find the next instant at which anything happens, go there, do the seven steps. What happens next is known
 * from three places: the heap `ends` (the CPUs' slices and switches), the heap `io` (blocked jobs) and the sorted
 * arrivals. A boost is an instant only while a job is on a CPU; otherwise nobody is ready either, and blocked jobs
 * need no more than the number of boosts so far, to be compared with the number that they know of (SCH-RUN-001).
 *
 * SCH-RUN-002: everything is in a struct sim on the stack, and the workload is only read.
 */
#include "sim.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sim {
    const struct sched_options *o;
    bool rr, mlfq; /* with quanta; not if serial */
    int64_t now;

    struct job *jobs;
    size_t job_count;
    size_t ended;

    struct ranked *arrivals; /* by arrival, then by job */
    size_t arrived;

    struct ready ready;
    uint64_t turns;  /* taken so far in the order of becoming ready */
    uint64_t boosts; /* so far */

    struct cpu *cpus; /* as many as can ever be busy */
    size_t cpu_count;
    struct heap idle;  /* CPUs by number */
    struct heap ends;  /* jobs on a CPU by the end of their slice or switch */
    struct heap worst; /* MLFQ: jobs on a CPU, lowest level first, then largest id */
    struct heap io;    /* blocked jobs by the end of their I/O */

    size_t *expired; /* jobs whose quantum is used up at this instant, by id */
    size_t expired_count;
    size_t *begin; /* CPUs for step 7 */
    size_t begin_count;

    struct record record;
};

static int change(struct sim *s, size_t j, enum sched_state from, enum sched_state to) {
    return record_change(&s->record, s->now, s->jobs[j].in->id, from, to);
}

/* A time that may lie beyond INT64_MAX. */
static uint64_t later(const struct sim *s, int64_t ticks) {
    return (uint64_t)s->now + (uint64_t)ticks;
}

/* ---- the levels of MLFQ ---- */

/* Tells a job of the boosts since it was last looked at. SCH-MLFQ-011, SCH-MLFQ-014 */
static void catch_up(const struct sim *s, struct job *j) {
    if (j->boosts == s->boosts)
        return;
    j->boosts = s->boosts;
    j->level = 0;
    j->left = s->o->levels[0];
}

/* Lets a job sink if its quantum is used up. SCH-MLFQ-002, SCH-MLFQ-003, SCH-MLFQ-010 */
static void sink(const struct sim *s, struct job *j) {
    if (j->left > 0)
        return;
    if (j->level < s->o->level_count - 1)
        j->level++;
    j->left = s->o->levels[j->level];
}

static void become_ready(struct sim *s, size_t j) {
    s->jobs[j].ready = s->now; /* SCH-HRRN-004 */
    s->jobs[j].turn = s->turns++;
    if (s->mlfq)
        catch_up(s, &s->jobs[j]);
    ready_append(&s->ready, s->jobs, j, s->now);
}

/* ---- CPUs ---- */

static void list_for_begin(struct sim *s, size_t c) {
    if (!s->cpus[c].listed)
        s->begin[s->begin_count++] = c;
    s->cpus[c].listed = true;
}

/* Gives an idle CPU, the lowest, the first ready job. SCH-SMP-002 */
static void take(struct sim *s) {
    size_t c = heap_pop(&s->idle);
    size_t j = ready_take(&s->ready, s->jobs, s->now);

    s->cpus[c].phase = CPU_TAKEN;
    s->cpus[c].job = j;
    s->jobs[j].cpu = c;
    if (s->mlfq) {
        catch_up(s, &s->jobs[j]);
        heap_push(&s->worst, (uint64_t)(SCHED_LEVELS_MAX - s->jobs[j].level), (uint64_t)(s->job_count - j), j);
    }
    list_for_begin(s, c);
}

static void release(struct sim *s, size_t c) {
    if (s->mlfq)
        heap_remove(&s->worst, s->cpus[c].job);
    s->cpus[c].phase = CPU_IDLE;
    heap_push(&s->idle, c, 0, c);
}

/* Ends a slice. What has run is taken off the burst and the quantum. */
static void end_slice(struct sim *s, struct cpu *cpu) {
    struct job *j = &s->jobs[cpu->job];
    int64_t ran = s->now - cpu->start;

    s->record.s->slices[cpu->record].end = s->now;
    j->rest -= ran;
    j->left -= ran; /* MLFQ; no matter otherwise */
}

/* Takes a job off its CPU, back to the head of its level: a preemption or a boost. SCH-MLFQ-006, SCH-MLFQ-007 */
static int push_out(struct sim *s, size_t j) {
    size_t c = s->jobs[j].cpu;
    struct cpu *cpu = &s->cpus[c];
    int failed = 0;

    if (cpu->phase == CPU_RUNNING) {
        heap_remove(&s->ends, j);
        end_slice(s, cpu);
        failed = change(s, j, SCHED_RUNNING, SCHED_READY); /* SCH-STATE-003 */
    } else if (cpu->phase == CPU_SWITCHING) {              /* SCH-SWITCH-004; SWITCHED has its end already */
        heap_remove(&s->ends, j);
        s->record.s->switches[cpu->record].end = s->now;
    }
    release(s, c);
    ready_put_back(&s->ready, s->jobs, j);
    return failed;
}

/* ---- the steps of an instant ---- */

static int end_burst(struct sim *s, size_t j) {
    struct job *job = &s->jobs[j];
    size_t c = job->cpu;

    end_slice(s, &s->cpus[c]);
    if (job->burst + 1 == job->in->burst_count) {
        job->ended = s->now;
        s->ended++;
        release(s, c);
        return change(s, j, SCHED_RUNNING, SCHED_ENDED);
    }

    uint64_t end = later(s, job->in->bursts[job->burst + 1]); /* SCH-IO-002 */
    if (end > INT64_MAX) {
        errno = ERANGE;
        return -1;
    }
    heap_push(&s->io, end, s->o->ties == SCHED_TIES_OSTEP ? (uint64_t)s->now : 0, j); /* SCH-TIE-011 */
    job->burst += 2;
    job->rest = job->in->bursts[job->burst];
    if (s->mlfq)
        sink(s, job);
    if (s->o->serial)
        s->cpus[c].phase = CPU_HELD; /* SCH-IO-004 */
    else
        release(s, c);
    return change(s, j, SCHED_RUNNING, SCHED_BLOCKED);
}

/* Step 1. Those of whom only the quantum is over are left for step_expired. SCH-TIE-001, SCH-TIE-004, SCH-RR-003 */
static int step_ends(struct sim *s) {
    s->expired_count = 0;
    while (s->ends.count && s->ends.keys[0].a == (uint64_t)s->now) {
        size_t j = heap_pop(&s->ends);
        struct cpu *cpu = &s->cpus[s->jobs[j].cpu];

        if (cpu->phase == CPU_SWITCHING) {
            s->record.s->switches[cpu->record].end = s->now;
            cpu->phase = CPU_SWITCHED;
            list_for_begin(s, s->jobs[j].cpu);
        } else if (s->now - cpu->start < s->jobs[j].rest) {
            s->expired[s->expired_count++] = j;
        } else if (end_burst(s, j)) {
            return -1;
        }
    }
    return 0;
}

static int step_io(struct sim *s) {
    while (s->io.count && s->io.keys[0].a == (uint64_t)s->now) {
        size_t j = heap_pop(&s->io);

        if (change(s, j, SCHED_BLOCKED, SCHED_READY)) /* SCH-STATE-002 */
            return -1;
        if (s->o->serial) { /* SCH-IO-004 */
            s->cpus[s->jobs[j].cpu].phase = CPU_TAKEN;
            list_for_begin(s, s->jobs[j].cpu);
        } else {
            become_ready(s, j);
        }
    }
    return 0;
}

static int step_arrivals(struct sim *s) {
    while (s->arrived < s->job_count && s->arrivals[s->arrived].number == s->now) {
        size_t j = s->arrivals[s->arrived++].who;

        become_ready(s, j);
        if (change(s, j, SCHED_NEW, SCHED_READY))
            return -1;
    }
    return 0;
}

static int step_expired(struct sim *s) {
    for (size_t i = 0; i < s->expired_count; i++) {
        size_t j = s->expired[i];

        end_slice(s, &s->cpus[s->jobs[j].cpu]);
        release(s, s->jobs[j].cpu);
        if (s->mlfq)
            sink(s, &s->jobs[j]);
        become_ready(s, j);
        if (change(s, j, SCHED_RUNNING, SCHED_READY)) /* SCH-STATE-003 */
            return -1;
    }
    return 0;
}

static int step_boost(struct sim *s) {
    if (!s->mlfq || s->o->boost == 0 || s->now == 0 || s->now % s->o->boost != 0)
        return 0;

    while (s->worst.count) /* SCH-MLFQ-013 */
        if (push_out(s, s->worst.keys[0].who))
            return -1;
    ready_raise(&s->ready, s->jobs, s->o->level_count, s->o->ties == SCHED_TIES_OSTEP);
    s->boosts = (uint64_t)(s->now / s->o->boost);
    return 0;
}

static int step_dispatch(struct sim *s) {
    while (s->idle.count && s->ready.count) /* SCH-IO-001, SCH-IO-003 */
        take(s);
    if (!s->mlfq)
        return 0;
    while (s->ready.count) {                 /* SCH-MLFQ-005, SCH-SMP-004 */
        size_t worst = s->worst.keys[0].who; /* all CPUs are taken, so there is one */
        if (ready_level(&s->ready) >= s->jobs[worst].level)
            break;
        if (push_out(s, worst))
            return -1;
        take(s);
    }
    return 0;
}

static int begin_switch(struct sim *s, size_t c) {
    struct cpu *cpu = &s->cpus[c];

    if (record_switch(&s->record, s->jobs[cpu->job].in->id, c, s->now))
        return -1;
    cpu->phase = CPU_SWITCHING;
    cpu->record = s->record.s->switch_count - 1;
    /* If that is beyond INT64_MAX, it is an error only where nothing ends the switch before. */
    heap_push(&s->ends, later(s, s->o->switch_cost), 0, cpu->job);
    return 0;
}

static int begin_slice(struct sim *s, size_t c) {
    struct cpu *cpu = &s->cpus[c];
    size_t j = cpu->job;
    struct job *job = &s->jobs[j];

    if (later(s, job->rest) > INT64_MAX) { /* SCH-MET-008: however often it is interrupted, it ends no sooner */
        errno = ERANGE;
        return -1;
    }
    if (record_slice(&s->record, job->in->id, c, s->mlfq ? job->level : 0, s->now) ||
        change(s, j, SCHED_READY, SCHED_RUNNING))
        return -1;
    cpu->phase = CPU_RUNNING;
    cpu->record = s->record.s->slice_count - 1;
    cpu->start = s->now;
    cpu->last = j;
    if (job->first < 0)
        job->first = s->now;

    int64_t ticks = job->rest;          /* SCH-FCFS-002, SCH-SJF-002 */
    if (s->rr && ticks > s->o->quantum) /* SCH-RR-001, SCH-RR-004 */
        ticks = s->o->quantum;
    if (s->mlfq && ticks > job->left) /* SCH-MLFQ-009 */
        ticks = job->left;
    heap_push(&s->ends, later(s, ticks), 0, j); /* SCH-SWITCH-003 */
    return 0;
}

static int compare_cpus(const void *x, const void *y) {
    size_t a = *(const size_t *)x, b = *(const size_t *)y;

    return (a > b) - (a < b);
}

static int step_begin(struct sim *s) {
    if (s->begin_count > 1)
        qsort(s->begin, s->begin_count, sizeof *s->begin, compare_cpus);
    for (size_t i = 0; i < s->begin_count; i++) {
        size_t c = s->begin[i];
        struct cpu *cpu = &s->cpus[c];
        int failed = 0;

        cpu->listed = false;
        if (cpu->phase == CPU_SWITCHED) {
            failed = begin_slice(s, c);
        } else if (cpu->phase == CPU_TAKEN) { /* SCH-SWITCH-001, SCH-SWITCH-002 */
            bool costs = s->o->switch_cost > 0 && cpu->last != NONE && cpu->last != cpu->job;
            failed = costs ? begin_switch(s, c) : begin_slice(s, c);
        }
        if (failed)
            return -1;
    }
    s->begin_count = 0;
    return 0;
}

typedef int step(struct sim *);

/* The order of one instant: the areas TIE and STATE stand and fall with it. */
static step *const textbook[] = {step_ends,  step_io,       step_arrivals, step_expired,
                                 step_boost, step_dispatch, step_begin,    NULL};
static step *const ostep[] = {step_ends, step_expired,  step_boost, step_arrivals,
                              step_io,   step_dispatch, step_begin, NULL};

/* ---- the run ---- */

/* The time at which anything happens next; there is something. */
static uint64_t next_instant(const struct sim *s) {
    uint64_t t = UINT64_MAX;

    if (s->ends.count && s->ends.keys[0].a < t)
        t = s->ends.keys[0].a;
    if (s->io.count && s->io.keys[0].a < t)
        t = s->io.keys[0].a;
    if (s->arrived < s->job_count && (uint64_t)s->arrivals[s->arrived].number < t)
        t = (uint64_t)s->arrivals[s->arrived].number;
    if (s->mlfq && s->o->boost && s->worst.count) {
        uint64_t boost = (uint64_t)(s->now / s->o->boost + 1) * (uint64_t)s->o->boost;
        if (boost < t)
            t = boost;
    }
    return t;
}

static int run(struct sim *s) {
    step *const *steps = s->o->ties == SCHED_TIES_OSTEP ? ostep : textbook;

    while (s->ended < s->job_count) {
        uint64_t t = next_instant(s);
        if (t > INT64_MAX) {
            errno = ERANGE;
            return -1;
        }
        s->now = (int64_t)t;
        if (s->mlfq && s->o->boost && s->now > 0) /* also those that met nobody */
            s->boosts = (uint64_t)((s->now - 1) / s->o->boost);
        for (size_t i = 0; steps[i]; i++)
            if (steps[i](s))
                return -1;
    }
    return 0;
}

static int set_up(struct sim *s, const struct workload *w, const struct ranked *by_id) {
    size_t n = w->job_count;

    s->job_count = n;
    s->cpu_count = (size_t)s->o->cpus < n ? (size_t)s->o->cpus : n; /* the lowest come first, so no others */
    s->rr = s->o->policy == POLICY_RR && !s->o->serial;             /* SCH-IO-005 */
    s->mlfq = s->o->policy == POLICY_MLFQ && !s->o->serial;

    s->jobs = calloc(n, sizeof *s->jobs);
    s->arrivals = calloc(n, sizeof *s->arrivals);
    s->cpus = calloc(s->cpu_count, sizeof *s->cpus);
    s->expired = calloc(s->cpu_count, sizeof *s->expired);
    s->begin = calloc(s->cpu_count, sizeof *s->begin);
    if (!s->jobs || !s->arrivals || !s->cpus || !s->expired || !s->begin)
        return -1;
    if (heap_init(&s->idle, s->cpu_count, 0) || heap_init(&s->ends, s->cpu_count, n) ||
        heap_init(&s->worst, s->cpu_count, n) || heap_init(&s->io, n, 0))
        return -1;
    if (ready_init(&s->ready,
                   s->mlfq                       ? BY_LEVEL
                   : s->o->policy == POLICY_SJF  ? BY_BURST
                   : s->o->policy == POLICY_HRRN ? BY_RATIO
                                                 : BY_QUEUE,
                   n))
        return -1;

    for (size_t j = 0; j < n; j++) {
        const struct sched_job *in = &w->jobs[by_id[j].who];
        s->jobs[j] = (struct job){.in = in, .place = by_id[j].who, .rest = in->bursts[0], .first = -1};
        s->jobs[j].left = s->mlfq ? s->o->levels[0] : 0; /* SCH-MLFQ-001 */
        s->arrivals[j] = (struct ranked){in->arrival, j};
    }
    rank(s->arrivals, n);
    for (size_t c = 0; c < s->cpu_count; c++) {
        s->cpus[c].last = NONE;
        heap_push(&s->idle, c, 0, c);
    }
    return 0;
}

static void tear_down(struct sim *s) {
    free(s->jobs);
    free(s->arrivals);
    free(s->cpus);
    free(s->expired);
    free(s->begin);
    heap_free(&s->idle);
    heap_free(&s->ends);
    heap_free(&s->worst);
    heap_free(&s->io);
    ready_free(&s->ready);
}

static int simulate(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    if (check_options(o))
        return -1;
    out->cpus = o->cpus;
    if (w->job_count == 0) /* SCH-OPT-005 */
        return 0;

    struct ranked *by_id = calloc(w->job_count, sizeof *by_id);
    if (!by_id)
        return -1;

    struct sim s = {.o = o, .record = {.s = out}};
    int failed = check_jobs(w, by_id) || check_range(w) || set_up(&s, w, by_id) || run(&s) ||
                 make_figures(s.jobs, s.job_count, out);
    int error = errno;
    free(by_id);
    tear_down(&s);
    errno = error;
    return failed ? -1 : 0;
}

/* Makes the schedule of *w under *o in *out. */
int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    memset(out, 0, sizeof *out);
    if (simulate(w, o, out) == 0)
        return 0;

    int error = errno;
    schedule_free(out); /* SCH-RUN-003, SCH-MET-008 */
    errno = error;
    return -1;
}

/* Releases what *s holds and sets it to all zero. */
void schedule_free(struct schedule *s) {
    if (!s)
        return;
    free(s->slices);
    free(s->switches);
    free(s->states);
    free(s->jobs);
    memset(s, 0, sizeof *s);
}
