/* run.c - schedule_run as a list of events: it takes the next event, and its handler plans later ones.
 *
 * Everything that happens is an event with a time and a rank, also the dispatch and the begin of a slice. The rank is
 * the step within the instant. An event about a CPU goes out of date if the CPU gets another turn meanwhile. Nobody
 * looks for it then: when it comes up, it is ignored. A blocked job is not boosted at all. When it comes back, it asks
 * whether a boost came meanwhile. So no boost is planned while there is no work. */
#include "machine.h"

#include <errno.h>
#include <stdlib.h>

static int rank_of(const struct machine *m, enum kind kind) {
    static const int textbook[] = {
        [BURST_ENDS] = 1, [IO_ENDS] = 2, [ARRIVES] = 3, [QUANTUM_ENDS] = 4, [BOOST] = 5, [DISPATCH] = 6, [BEGINS] = 7};
    static const int ostep[] = {
        [BURST_ENDS] = 1, [QUANTUM_ENDS] = 2, [BOOST] = 3, [ARRIVES] = 4, [IO_ENDS] = 5, [DISPATCH] = 6, [BEGINS] = 7};
    return m->o->ties == SCHED_TIES_OSTEP ? ostep[kind] : textbook[kind];
}

static void plan(struct machine *m, enum kind kind, int64_t time, size_t who, int64_t first, int64_t second) {
    struct event event = {
        .time = time, .rank = rank_of(m, kind), .first = first, .second = second, .kind = kind, .who = who};
    if (kind == BURST_ENDS || kind == QUANTUM_ENDS || kind == BEGINS)
        event.id = m->cpus[who].turn;
    if (!agenda_add(&m->agenda, event))
        m->error = ENOMEM;
}

/* now + ticks */
static int64_t later(struct machine *m, int64_t ticks) {
    int64_t time = m->now;
    if (__builtin_add_overflow(m->now, ticks, &time))
        m->error = ERANGE;
    return time;
}

static void plan_dispatch(struct machine *m) {
    if (!m->dispatch_planned)
        plan(m, DISPATCH, m->now, 0, 0, 0);
    m->dispatch_planned = true;
}

/* There is work again, so the next boost matters. In a textbook it may be at this very instant. */
static void plan_boost(struct machine *m) {
    int64_t boost = m->o->boost;
    if (!has_levels(m) || boost == 0 || m->boost_planned)
        return;
    int64_t time = m->now - m->now % boost;
    if (time < m->now || time == 0 || m->o->ties == SCHED_TIES_OSTEP || m->last_boost == time)
        if (__builtin_add_overflow(time, boost, &time))
            return;
    m->boost_planned = true;
    plan(m, BOOST, time, 0, 0, 0);
}

static void becomes_ready(struct machine *m, size_t task, enum sched_state from) {
    record_state(m, task, from, SCHED_READY);
    m->tasks[task].since = m->now;
    chain_back(m, m->tasks[task].level, task);
    plan_boost(m);
    plan_dispatch(m);
}

/* Closes the record of what the CPU did up to now, and counts the ticks. */
static void stop(struct machine *m, size_t cpu) {
    struct cpu *c = &m->cpus[cpu];
    c->turn++;
    if (c->runs) {
        struct sched_slice *slice = &m->out->slices[c->slice];
        struct task *t = &m->tasks[c->task];
        slice->end = m->now;
        t->left -= m->now - slice->start;
        t->used += m->now - slice->start;
    } else if (c->switches) {
        m->out->switches[c->change].end = m->now;
    }
    c->runs = c->switches = false;
}

static size_t leave(struct machine *m, size_t cpu) {
    size_t task = m->cpus[cpu].task;
    m->cpus[cpu].task = NOBODY;
    plan_dispatch(m);
    return task;
}

static void sink(const struct machine *m, struct task *t) {
    if (has_levels(m) && t->used == m->o->levels[t->level]) {
        t->used = 0;
        if (t->level + 1 < m->o->level_count)
            t->level++;
    }
}

static void burst_ends(struct machine *m, size_t cpu) {
    size_t task = m->cpus[cpu].task;
    struct task *t = &m->tasks[task];
    stop(m, cpu);
    sink(m, t);
    if (++t->next_burst == t->job->burst_count) {
        record_state(m, task, SCHED_RUNNING, SCHED_ENDED);
        t->end = m->now;
        leave(m, cpu);
        return;
    }
    record_state(m, task, SCHED_RUNNING, SCHED_BLOCKED);
    t->since = m->now;
    int64_t back = later(m, t->job->bursts[t->next_burst]);
    bool in_order_of_issue = m->o->ties == SCHED_TIES_OSTEP;
    plan(m, IO_ENDS, back, task, in_order_of_issue ? m->now : t->job->id, t->job->id);
    t->next_burst++;
    t->left = t->job->bursts[t->next_burst];
    if (!m->o->serial)
        leave(m, cpu);
}

/* Whether a boost came while a job was blocked, since t->since. The boost of this instant is still to come, or not. */
static bool boost_missed(const struct machine *m, const struct task *t) {
    int64_t boost = m->o->boost;
    if (!has_levels(m) || boost == 0)
        return false;
    int64_t last = m->o->ties == SCHED_TIES_OSTEP ? m->now : m->now - 1;
    int64_t multiple = last - last % boost;
    return multiple > 0 && multiple >= t->since;
}

static void io_ends(struct machine *m, size_t task) {
    struct task *t = &m->tasks[task];
    if (m->o->serial) {
        record_state(m, task, SCHED_BLOCKED, SCHED_READY);
        plan(m, BEGINS, m->now, t->cpu, (int64_t)t->cpu, 0);
        return;
    }
    if (boost_missed(m, t)) {
        t->level = 0;
        t->used = 0;
    }
    becomes_ready(m, task, SCHED_BLOCKED);
}

static void quantum_ends(struct machine *m, size_t cpu) {
    stop(m, cpu);
    sink(m, &m->tasks[m->cpus[cpu].task]);
    becomes_ready(m, leave(m, cpu), SCHED_RUNNING);
}

/* The CPU whose job is on the lowest level. If there are several, that with the largest id. */
static size_t lowest_cpu(const struct machine *m) {
    size_t found = NOBODY;
    for (size_t i = 0; i < m->cpu_count; i++) {
        if (m->cpus[i].task == NOBODY)
            continue;
        const struct task *t = &m->tasks[m->cpus[i].task];
        const struct task *low = found == NOBODY ? NULL : &m->tasks[m->cpus[found].task];
        if (!low || t->level > low->level || (t->level == low->level && t->job->id > low->job->id))
            found = i;
    }
    return found;
}

/* Takes the job off and puts it at the head of its level. */
static void take_off(struct machine *m, size_t cpu) {
    bool ran = m->cpus[cpu].runs;
    stop(m, cpu);
    size_t task = leave(m, cpu);
    if (ran)
        record_state(m, task, SCHED_RUNNING, SCHED_READY);
    m->tasks[task].since = m->now;
    chain_front(m, m->tasks[task].level, task);
}

static void boost(struct machine *m) {
    m->boost_planned = false;
    m->last_boost = m->now;
    for (size_t cpu = lowest_cpu(m); cpu != NOBODY; cpu = lowest_cpu(m))
        take_off(m, cpu);
    chain_boost(m);
    if (chain_choose(m) != NOBODY)
        plan_boost(m);
}

static void takes(struct machine *m, size_t cpu, size_t task) {
    chain_remove(m, task);
    m->cpus[cpu].task = task;
    m->tasks[task].cpu = cpu;
    m->cpus[cpu].turn++;
    plan(m, BEGINS, m->now, cpu, (int64_t)cpu, 0);
}

static void dispatch(struct machine *m) {
    m->dispatch_planned = true; /* while it goes on, nobody needs to plan another one */
    for (size_t cpu = 0; cpu < m->cpu_count; cpu++) {
        size_t task = m->cpus[cpu].task == NOBODY ? chain_choose(m) : NOBODY;
        if (task != NOBODY)
            takes(m, cpu, task);
    }
    for (size_t task = chain_choose(m); has_levels(m) && task != NOBODY; task = chain_choose(m)) {
        size_t cpu = lowest_cpu(m);
        if (m->tasks[m->cpus[cpu].task].level <= m->tasks[task].level)
            break;
        take_off(m, cpu);
        takes(m, cpu, task);
    }
    m->dispatch_planned = false;
}

static void slice_begins(struct machine *m, size_t cpu) {
    struct cpu *c = &m->cpus[cpu];
    struct task *t = &m->tasks[c->task];
    record_state(m, c->task, SCHED_READY, SCHED_RUNNING);
    record_slice(m, cpu);
    c->last = c->task;
    c->runs = true;
    c->switches = false;
    if (t->first_start < 0)
        t->first_start = m->now;
    int64_t quantum = INT64_MAX;
    if (m->o->policy == POLICY_RR && !m->o->serial)
        quantum = m->o->quantum;
    else if (has_levels(m))
        quantum = m->o->levels[t->level] - t->used;
    if (t->left <= quantum)
        plan(m, BURST_ENDS, later(m, t->left), cpu, t->job->id, 0);
    else
        plan(m, QUANTUM_ENDS, later(m, quantum), cpu, t->job->id, 0);
}

static void begins(struct machine *m, size_t cpu) {
    struct cpu *c = &m->cpus[cpu];
    bool change = !c->switches && c->last != NOBODY && c->last != c->task && m->o->switch_cost > 0;
    if (!change) {
        if (c->switches)
            m->out->switches[c->change].end = m->now;
        slice_begins(m, cpu);
        return;
    }
    record_switch(m, cpu);
    c->switches = true;
    plan(m, BEGINS, later(m, m->o->switch_cost), cpu, (int64_t)cpu, 0);
}

static void happen(struct machine *m, const struct event *event) {
    size_t who = event->who;
    m->now = event->time;
    switch (event->kind) {
    case ARRIVES:
        becomes_ready(m, who, SCHED_NEW);
        return;
    case IO_ENDS:
        io_ends(m, who);
        return;
    case BOOST:
        boost(m);
        return;
    case DISPATCH:
        dispatch(m);
        return;
    case BURST_ENDS:
    case QUANTUM_ENDS:
    case BEGINS:
        break;
    }
    if (event->id != m->cpus[who].turn)
        return;
    if (event->kind == BURST_ENDS)
        burst_ends(m, who);
    else if (event->kind == QUANTUM_ENDS)
        quantum_ends(m, who);
    else
        begins(m, who);
}

static bool prepare(struct machine *m, const struct workload *w) {
    m->task_count = w->job_count;
    m->cpu_count = (size_t)m->o->cpus < w->job_count ? (size_t)m->o->cpus : w->job_count;
    m->tasks = calloc(m->task_count + 1, sizeof *m->tasks);
    m->cpus = calloc(m->cpu_count + 1, sizeof *m->cpus);
    if (!m->tasks || !m->cpus)
        return false;
    for (size_t i = 0; i < m->cpu_count; i++)
        m->cpus[i].task = m->cpus[i].last = NOBODY;
    for (int i = 0; i < SCHED_LEVELS_MAX; i++)
        m->ready[i] = (struct chain){NOBODY, NOBODY};
    for (size_t i = 0; i < m->task_count; i++) {
        const struct sched_job *job = &w->jobs[i];
        m->tasks[i] = (struct task){.job = job, .left = job->bursts[0], .first_start = -1};
        plan(m, ARRIVES, job->arrival, i, job->id, 0);
    }
    return true;
}

int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    *out = (struct schedule){.cpus = o->cpus};
    struct machine m = {.o = o, .out = out, .last_boost = -1};
    if (!acceptable(w, o))
        m.error = EINVAL;
    else if (!prepare(&m, w))
        m.error = ENOMEM;
    struct event event;
    while (m.error == 0 && agenda_next(&m.agenda, &event))
        happen(&m, &event);
    if (m.error == 0)
        m.error = figures(&m);
    free(m.agenda.heap);
    free(m.tasks);
    free(m.cpus);
    if (m.error == 0)
        return 0;
    schedule_free(out);
    errno = m.error;
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
