/* engine.c - the whole simulator: every tick looks at every job and every CPU, and nothing is kept in order.
 *
 * There are no queues. Each job knows since when it is ready and has a number for its place; to choose is to look at
 * all of them. The clock goes on by one tick, or by as many as nobody could notice.
 */
#include "schedule_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 big;

struct process {
    const struct sched_job *job;
    struct sched_figures *figures;
    enum sched_state state;
    size_t burst;
    int64_t remaining, slice_used, ready_at, io_began, io_ends;
    int64_t number; /* its place: the smaller, the sooner */
    int level, processor;
    bool ran;
};

struct processor {
    struct process *process, *previous;
    int64_t switching; /* ticks of the switch to go */
    bool paid, starts, works;
    size_t record;
};

struct simulation {
    const struct sched_options *o;
    struct schedule *out;
    struct process *processes; /* by id */
    struct processor *processors;
    size_t count, slice_room, switch_room, state_room;
    int processor_count;
    int64_t now, last_number, first_number;
    bool failed; /* errno says why */
};

static bool by_levels(const struct simulation *s) {
    return s->o->policy == POLICY_MLFQ && !s->o->serial;
}

static bool by_quanta(const struct simulation *s) {
    return (s->o->policy == POLICY_RR || s->o->policy == POLICY_MLFQ) && !s->o->serial;
}

static int64_t quantum(const struct simulation *s, const struct process *p) {
    return by_levels(s) ? s->o->levels[p->level] : s->o->quantum;
}

/* ---- writing down ---- */

static void *room_for_one(struct simulation *s, void *array, size_t count, size_t *room, size_t size) {
    if (count < *room)
        return array;
    void *larger = realloc(array, (*room + 64) * 2 * size);
    if (!larger)
        s->failed = true;
    else
        *room = (*room + 64) * 2;
    return larger;
}

static void move_to(struct simulation *s, struct process *p, enum sched_state to) {
    struct sched_change *all = room_for_one(s, s->out->states, s->out->state_count, &s->state_room, sizeof *all);
    if (!all)
        return;
    s->out->states = all;
    all[s->out->state_count++] = (struct sched_change){s->now, p->job->id, p->state, to};
    s->out->totals.preemptions += p->state == SCHED_RUNNING && to == SCHED_READY;
    p->state = to;
}

static int64_t later(struct simulation *s, int64_t ticks) {
    int64_t sum = 0;
    if (__builtin_add_overflow(s->now, ticks, &sum)) {
        errno = ERANGE;
        s->failed = true;
    }
    return sum;
}

static void write_switch(struct simulation *s, struct processor *c) {
    struct sched_switch *all = room_for_one(s, s->out->switches, s->out->switch_count, &s->switch_room, sizeof *all);
    if (!all)
        return;
    s->out->switches = all;
    c->record = s->out->switch_count++;
    c->switching = s->o->switch_cost;
    all[c->record] =
        (struct sched_switch){c->process->job->id, (int)(c - s->processors), s->now, later(s, c->switching)};
}

static void write_slice(struct simulation *s, struct processor *c) {
    struct sched_slice *all = room_for_one(s, s->out->slices, s->out->slice_count, &s->slice_room, sizeof *all);
    if (!all)
        return;
    s->out->slices = all;
    c->record = s->out->slice_count++;
    all[c->record] = (struct sched_slice){c->process->job->id, (int)(c - s->processors), c->process->level, s->now, 0};
}

/* ---- what happens to a process ---- */

static void queue_last(struct simulation *s, struct process *p) {
    p->ready_at = s->now;
    p->number = ++s->last_number;
}

static void stop_work(struct simulation *s, struct processor *c) {
    if (c->works)
        s->out->slices[c->record].end = s->now;
    else if (c->switching > 0)
        s->out->switches[c->record].end = s->now;
    c->works = c->starts = c->paid = false;
    c->switching = 0;
}

static void take_off(struct simulation *s, struct process *p) {
    struct processor *c = &s->processors[p->processor];
    stop_work(s, c);
    c->process = NULL;
    p->processor = -1;
}

static void drop_a_level(struct simulation *s, struct process *p) {
    if (!by_levels(s) || p->slice_used < quantum(s, p))
        return;
    p->slice_used = 0;
    if (p->level < s->o->level_count - 1)
        p->level++;
}

static void to_the_front(struct simulation *s, struct process *p) {
    take_off(s, p);
    p->number = --s->first_number;
    if (p->state == SCHED_RUNNING)
        move_to(s, p, SCHED_READY);
}

/* ---- the steps of an instant ---- */

static void step_ends(struct simulation *s) {
    for (struct process *p = s->processes; p < s->processes + s->count; p++) {
        if (p->state != SCHED_RUNNING || p->remaining > 0)
            continue;
        bool over = p->burst == p->job->burst_count - 1;
        drop_a_level(s, p);
        if (over || !s->o->serial)
            take_off(s, p);
        else
            stop_work(s, &s->processors[p->processor]);
        move_to(s, p, over ? SCHED_ENDED : SCHED_BLOCKED);
        if (over) {
            p->figures->completion = s->now;
            continue;
        }
        p->io_began = s->now;
        p->io_ends = later(s, p->job->bursts[p->burst + 1]);
        p->burst += 2;
        p->remaining = p->job->bursts[p->burst];
    }
}

static bool sooner_back(const struct simulation *s, const struct process *a, const struct process *b) {
    return s->o->ties == SCHED_TIES_OSTEP && a->io_began < b->io_began;
}

static void step_io(struct simulation *s) {
    for (struct process *next = s->processes; next;) {
        next = NULL;
        for (struct process *p = s->processes; p < s->processes + s->count; p++)
            if (p->state == SCHED_BLOCKED && p->io_ends == s->now && (!next || sooner_back(s, p, next)))
                next = p;
        if (!next)
            continue;
        move_to(s, next, SCHED_READY);
        if (next->state == SCHED_BLOCKED)
            return; /* no memory */
        if (s->o->serial)
            s->processors[next->processor].starts = true;
        else
            queue_last(s, next);
    }
}

static void step_arrivals(struct simulation *s) {
    for (struct process *p = s->processes; p < s->processes + s->count; p++)
        if (p->state == SCHED_NEW && p->job->arrival == s->now) {
            move_to(s, p, SCHED_READY);
            queue_last(s, p);
        }
}

static void step_expired(struct simulation *s) {
    if (!by_quanta(s))
        return;
    for (struct process *p = s->processes; p < s->processes + s->count; p++)
        if (p->state == SCHED_RUNNING && p->slice_used >= quantum(s, p)) {
            take_off(s, p);
            drop_a_level(s, p);
            move_to(s, p, SCHED_READY);
            queue_last(s, p);
        }
}

static struct process *lowest_on_a_processor(const struct simulation *s) {
    struct process *lowest = NULL;
    for (struct process *p = s->processes; p < s->processes + s->count; p++)
        if (p->processor >= 0 && (!lowest || p->level >= lowest->level))
            lowest = p;
    return lowest;
}

/* Where a level stands in the boost's order. */
static int boost_rank(const struct simulation *s, int level) {
    return s->o->ties == SCHED_TIES_OSTEP && level > 0 ? s->o->level_count - level : level;
}

static void step_boost(struct simulation *s) {
    if (!by_levels(s) || s->o->boost == 0 || s->now == 0 || s->now % s->o->boost != 0)
        return;
    for (struct process *p; (p = lowest_on_a_processor(s));)
        to_the_front(s, p);
    for (;;) { /* again and again the foremost of those that have not moved */
        struct process *best = NULL;
        for (struct process *p = s->processes; p < s->processes + s->count; p++) {
            if (p->state != SCHED_READY || p->level < 0)
                continue;
            int mine = boost_rank(s, p->level), others = best ? boost_rank(s, best->level) : 0;
            if (!best || mine < others || (mine == others && p->number < best->number))
                best = p;
        }
        if (!best)
            break;
        best->level = -1;
        best->number = ++s->last_number;
    }
    for (struct process *p = s->processes; p < s->processes + s->count; p++)
        p->level = 0, p->slice_used = 0;
}

static bool comes_first(const struct simulation *s, const struct process *a, const struct process *b) {
    if (by_levels(s) && a->level != b->level)
        return a->level < b->level;
    if (s->o->policy == POLICY_SJF && a->remaining != b->remaining)
        return a->remaining < b->remaining;
    if (s->o->policy == POLICY_HRRN) {
        big x = (big)(s->now - a->ready_at) * b->remaining, y = (big)(s->now - b->ready_at) * a->remaining;
        if (x != y)
            return x > y;
    }
    return a->number < b->number;
}

static struct process *first_ready(const struct simulation *s) {
    struct process *first = NULL;
    for (struct process *p = s->processes; p < s->processes + s->count; p++)
        if (p->state == SCHED_READY && p->processor < 0 && (!first || comes_first(s, p, first)))
            first = p;
    return first;
}

static struct processor *idle_processor(const struct simulation *s) {
    for (int i = 0; i < s->processor_count; i++)
        if (!s->processors[i].process)
            return &s->processors[i];
    return NULL;
}

static void step_dispatch(struct simulation *s) {
    for (struct process *p; (p = first_ready(s));) {
        struct processor *c = idle_processor(s);
        if (!c) {
            struct process *victim = lowest_on_a_processor(s);
            if (!by_levels(s) || victim->level <= p->level)
                return;
            c = &s->processors[victim->processor];
            to_the_front(s, victim);
        }
        c->process = p;
        c->starts = true;
        p->processor = (int)(c - s->processors);
    }
}

static void step_begin(struct simulation *s) {
    for (struct processor *c = s->processors; c < s->processors + s->processor_count; c++) {
        if (!c->starts)
            continue;
        c->starts = false;
        if (s->o->switch_cost > 0 && !c->paid && c->previous && c->previous != c->process) {
            write_switch(s, c);
            continue;
        }
        struct process *p = c->process;
        write_slice(s, c);
        move_to(s, p, SCHED_RUNNING);
        c->works = true;
        c->previous = p;
        if (!by_levels(s))
            p->slice_used = 0;
        if (!p->ran)
            p->figures->response = s->now - p->job->arrival;
        p->ran = true;
    }
}

/* ---- the clock ---- */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* How many ticks may pass before anything can happen. */
static int64_t quiet_ticks(const struct simulation *s) {
    int64_t quiet = INT64_MAX;
    bool busy = false;
    for (const struct process *p = s->processes; p < s->processes + s->count; p++) {
        if (p->state == SCHED_NEW)
            quiet = least(quiet, p->job->arrival - s->now);
        if (p->state == SCHED_BLOCKED)
            quiet = least(quiet, p->io_ends - s->now);
        if (p->state == SCHED_RUNNING)
            quiet = least(quiet, p->remaining);
        if (p->state == SCHED_RUNNING && by_quanta(s))
            quiet = least(quiet, quantum(s, p) - p->slice_used);
    }
    for (int i = 0; i < s->processor_count; i++) {
        busy = busy || s->processors[i].process;
        if (s->processors[i].switching > 0)
            quiet = least(quiet, s->processors[i].switching);
    }
    if (by_levels(s) && s->o->boost > 0 && busy)
        quiet = least(quiet, s->o->boost - s->now % s->o->boost);
    return quiet;
}

/* Where nobody is on a CPU, boosts on the way are one boost of those that are blocked. */
static void skip_boosts(struct simulation *s, int64_t ticks) {
    if (by_levels(s) && s->o->boost > 0 && (s->now + ticks - 1) / s->o->boost > s->now / s->o->boost)
        for (struct process *p = s->processes; p < s->processes + s->count; p++)
            p->level = 0, p->slice_used = 0;
}

static void pass(struct simulation *s) {
    int64_t ticks = quiet_ticks(s), then = later(s, ticks);
    if (s->failed)
        return;
    skip_boosts(s, ticks);
    for (struct process *p = s->processes; p < s->processes + s->count; p++)
        if (p->state == SCHED_RUNNING)
            p->remaining -= ticks, p->slice_used += ticks;
    for (int i = 0; i < s->processor_count; i++)
        if (s->processors[i].switching > 0) {
            s->processors[i].switching -= ticks;
            s->processors[i].starts = s->processors[i].paid = s->processors[i].switching == 0;
        }
    s->now = then;
}

static bool all_ended(const struct simulation *s) {
    for (size_t i = 0; i < s->count; i++)
        if (s->processes[i].state != SCHED_ENDED)
            return false;
    return true;
}

static void simulate(struct simulation *s) {
    typedef void step(struct simulation * s);
    static step *const TEXTBOOK[] = {step_ends, step_io, step_arrivals, step_expired, step_boost, step_dispatch};
    static step *const OSTEP[] = {step_ends, step_expired, step_boost, step_arrivals, step_io, step_dispatch};
    for (;;) {
        for (int i = 0; i < 6 && !s->failed; i++)
            (s->o->ties == SCHED_TIES_OSTEP ? OSTEP : TEXTBOOK)[i](s);
        if (!s->failed)
            step_begin(s);
        if (s->failed || all_ended(s))
            return;
        pass(s);
        if (s->failed)
            return;
    }
}

/* ---- before and after ---- */

static void line_up(struct simulation *s, const struct workload *w) {
    for (size_t i = 0; i < w->job_count; i++) {
        size_t place = 0;
        for (size_t k = 0; k < w->job_count; k++)
            place += w->jobs[k].id < w->jobs[i].id;
        s->processes[place] = (struct process){
            .job = &w->jobs[i], .figures = &s->out->jobs[i], .remaining = w->jobs[i].bursts[0], .processor = -1};
    }
}

int schedule_run(const struct workload *w, const struct sched_options *o, struct schedule *out) {
    memset(out, 0, sizeof *out);
    if (!makes_sense(w, o)) {
        errno = EINVAL;
        return -1;
    }
    struct simulation s = {.o = o, .out = out, .count = w->job_count};
    s.processor_count = (size_t)o->cpus < s.count ? o->cpus : (int)s.count;
    s.processes = calloc(s.count + 1, sizeof *s.processes);
    s.processors = calloc((size_t)s.processor_count + 1, sizeof *s.processors);
    out->jobs = calloc(s.count + 1, sizeof *out->jobs);
    out->job_count = s.count;
    out->cpus = o->cpus;
    s.failed = !s.processes || !s.processors || !out->jobs;
    if (!s.failed) {
        line_up(&s, w);
        simulate(&s);
    }
    if (!s.failed)
        s.failed = !add_figures(w, out);
    int error = errno;
    free(s.processes);
    free(s.processors);
    if (!s.failed)
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
    memset(s, 0, sizeof *s);
}
