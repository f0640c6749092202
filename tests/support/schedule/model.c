/* model.c - does the seven steps of spec/scheduler.md "One instant" at every tick, on plain arrays in order of id.
 *
 * There is no queue. Each ready job has a number, its place. The job with the smallest number is the head. A job that
 * goes to the tail gets a number above all others. A job that goes to the head gets a number below all others. The
 * model shares only the spec with a submission.
 *
 * The model also notes which situations a run has met (situations.h). Then a test can choose workloads that have one
 * situation, and do not have those that other clauses are about.
 */
#include "model.h"
#include "actor.h"
#include "situations.h"

#include <errno.h>
#include <string.h>

#include "support/core/require.h"

#define JOBS WATCHED_JOBS
#define CPUS 8
#define EVENTS 8192
#define TICKS_MAX 4096

struct desk {
    struct actor *actor, *last;
    int64_t switch_left;
    bool begins, switched, runs;
    size_t entry;
};

static struct actor actors[JOBS];
static struct desk desks[CPUS];
static struct sched_slice slices[EVENTS];
static struct sched_switch switches[EVENTS];
static struct sched_change states[EVENTS];
static struct schedule drawn;
static const struct sched_options *options;
static size_t actor_count;
static int64_t now, turns, tail, head;

static void change(struct actor *a, enum sched_state to) {
    states[drawn.state_count++] = (struct sched_change){now, a->job->id, a->state, to};
    a->state = to;
}

static bool has_quanta(void) {
    return !options->serial && (options->policy == POLICY_RR || options->policy == POLICY_MLFQ);
}

static bool has_levels(void) {
    return !options->serial && options->policy == POLICY_MLFQ;
}

static int64_t quantum_of(const struct actor *a) {
    return has_levels() ? options->levels[a->level] : options->quantum;
}

/* Is there another job in the queue? With a level, only that level counts. */
static bool has_company(const struct actor *a, int level) {
    bool found = false;
    for (const struct actor *b = actors; b < actors + actor_count; b++)
        found |= b != a && b->state == SCHED_READY && b->cpu < 0 && (level < 0 || b->level == level);
    return found;
}

/* Is a part of its quantum used? A long quantum does not count, because it is never used up. */
static bool has_used_a_part(const struct actor *a) {
    return has_quanta() && a->used > 0 && a->used < quantum_of(a) && quantum_of(a) < LONG_QUANTUM;
}

static void become_ready(struct actor *a, enum way way) {
    a->ready_since = a->placed = now;
    a->turn = ++turns;
    a->place = ++tail;
    a->way = way;
    a->boosted = -1, a->off_cpu = false;
}

/* Ends the slice or the switch of its desk, and frees the desk. */
static void leave(struct actor *a) {
    struct desk *d = &desks[a->cpu];
    if (d->runs)
        slices[d->entry].end = now;
    else if (d->switch_left > 0)
        switches[d->entry].end = now;
    d->actor = NULL;
    d->runs = d->begins = d->switched = false;
    d->switch_left = 0;
    a->cpu = -1;
}

static void sink(struct actor *a) {
    if (!has_levels() || a->used < quantum_of(a))
        return;
    a->level += a->level + 1 < options->level_count;
    a->used = 0;
}

/* ---- the steps ---- */

static void end_bursts(void) {
    for (size_t i = 0; i < actor_count; i++) {
        struct actor *a = &actors[i];
        if (a->state != SCHED_RUNNING || a->left > 0)
            continue;
        bool last = a->burst + 1 == a->job->burst_count;
        noted.ends++;
        a->exact = has_quanta() && a->used >= quantum_of(a);
        a->boosted_away = false;
        note(a->exact, last ? EXACT_END : EXACT_BLOCK);
        sink(a);
        if (options->serial && !last) {
            struct desk *d = &desks[a->cpu];
            slices[d->entry].end = now;
            d->runs = false;
        } else {
            leave(a);
        }
        change(a, last ? SCHED_ENDED : SCHED_BLOCKED);
        if (last)
            continue;
        a->io_since = now;
        a->io_until = now + a->job->bursts[a->burst + 1];
    }
}

static void back_from_io(struct actor *a) {
    a->burst += 2;
    a->left = a->job->bursts[a->burst];
    noted.backs++;
    note(has_levels() && a->level > 0, BACK_BELOW);
    note(has_used_a_part(a), BACK_USED);
    change(a, SCHED_READY);
    if (options->serial)
        desks[a->cpu].begins = true;
    else
        become_ready(a, BACK);
}

/* The order of issue: the earliest first. */
static void complete_io(void) {
    for (;;) {
        struct actor *first = NULL;
        for (size_t i = 0; i < actor_count; i++) {
            struct actor *a = &actors[i];
            if (a->state != SCHED_BLOCKED || a->io_until != now)
                continue;
            if (!first || (options->ties == SCHED_TIES_OSTEP && a->io_since < first->io_since))
                first = a;
        }
        if (!first)
            return;
        back_from_io(first);
    }
}

static void arrive(void) {
    for (size_t i = 0; i < actor_count; i++)
        if (actors[i].state == SCHED_NEW && actors[i].job->arrival == now) {
            noted.arrivals++;
            note(has_company(&actors[i], 0), ARRIVAL_BESIDE);
            change(&actors[i], SCHED_READY);
            become_ready(&actors[i], ARRIVED);
        }
}

static void expire(void) {
    for (size_t i = 0; i < actor_count && has_quanta(); i++) {
        struct actor *a = &actors[i];
        if (a->state != SCHED_RUNNING || a->used < quantum_of(a))
            continue;
        int level = a->level;
        leave(a);
        sink(a);
        noted.expired++;
        note(a->level != level, SUNK);
        note(has_levels() && a->level == level, AT_THE_BOTTOM);
        a->bottom = a->level == level;
        change(a, SCHED_READY);
        become_ready(a, EXPIRED);
    }
}

/* The job to preempt first. It is on a CPU, on the lowest level, and has the largest id there. */
static struct actor *weakest(void) {
    struct actor *found = NULL;
    for (size_t i = 0; i < actor_count; i++)
        if (actors[i].cpu >= 0 && (!found || actors[i].level >= found->level))
            found = &actors[i];
    return found;
}

static void put_back(struct actor *a) {
    note(!desks[a->cpu].runs && (desks[a->cpu].switch_left > 0 || desks[a->cpu].switched), ABANDONED);
    a->switching = !desks[a->cpu].runs;
    leave(a);
    a->place = --head;
    a->placed = now, a->way = PUT_BACK;
    a->boosted = -1, a->off_cpu = false;
    if (a->state == SCHED_RUNNING)
        change(a, SCHED_READY);
}

static void join_level(int level) {
    for (;;) {
        struct actor *first = NULL;
        for (size_t i = 0; i < actor_count; i++) {
            struct actor *a = &actors[i];
            bool waits = a->state == SCHED_READY && a->level == level;
            if (waits && (!first || a->place < first->place))
                first = a;
        }
        if (!first)
            return;
        first->before = level;
        first->boosted = now;
        first->level = -1;
        first->place = ++tail;
    }
}

static void note_boost(void) {
    uint64_t levels = 0;
    bool on_cpu = false;
    for (size_t i = 0; i < actor_count; i++) {
        const struct actor *a = &actors[i];
        noted.boosted |= a->state != SCHED_NEW && a->state != SCHED_ENDED;
        on_cpu |= a->cpu >= 0;
        if (a->cpu >= 0 || a->state == SCHED_READY)
            levels |= UINT64_C(1) << a->level;
        note(a->state == SCHED_BLOCKED, BOOST_BLOCKED);
    }
    note((levels & (levels - 1)) != 0, BOOST_ORDER);
    levels &= ~UINT64_C(1);
    note((levels & (levels - 1)) != 0, BOOST_DEEP);
    note(on_cpu, BOOST_ON_CPU);
}

static void boost(void) {
    if (!has_levels() || options->boost == 0 || now == 0 || now % options->boost != 0)
        return;
    note_boost();
    for (struct actor *a; (a = weakest());) {
        put_back(a);
        a->off_cpu = true;
    }
    join_level(0);
    for (int i = 1; i < options->level_count; i++)
        join_level(options->ties == SCHED_TIES_OSTEP ? options->level_count - i : i);
    for (size_t i = 0; i < actor_count; i++)
        actors[i].level = 0, actors[i].used = 0, actors[i].boosted_away = actors[i].state == SCHED_BLOCKED;
}

/* Whether a goes before b. */
static bool precedes(const struct actor *a, const struct actor *b) {
    if (has_levels())
        return a->level != b->level ? a->level < b->level : a->place < b->place;
    if (options->policy == POLICY_SJF && a->left != b->left)
        return a->left < b->left;
    if (options->policy == POLICY_HRRN) {
        int64_t ours = (now - a->ready_since) * b->left, theirs = (now - b->ready_since) * a->left;
        if (ours != theirs)
            return ours > theirs;
    }
    return a->turn < b->turn;
}

static struct actor *next_ready(void) {
    struct actor *first = NULL;
    for (size_t i = 0; i < actor_count; i++)
        if (actors[i].state == SCHED_READY && actors[i].cpu < 0 && (!first || precedes(&actors[i], first)))
            first = &actors[i];
    return first;
}

static int idle_cpu(void) {
    for (int cpu = 0; cpu < options->cpus; cpu++)
        if (!desks[cpu].actor)
            return cpu;
    return -1;
}

static int idle_count(void) {
    int idle = 0;
    for (int cpu = 0; cpu < options->cpus; cpu++)
        idle += !desks[cpu].actor;
    return idle;
}

/* Would a and b be equal if their order of becoming ready did not count? */
static bool equals(const struct actor *a, const struct actor *b) {
    struct actor x = *a, y = *b;
    x.turn = y.turn = 0;
    return (options->policy == POLICY_SJF || options->policy == POLICY_HRRN) && !precedes(&x, &y) && !precedes(&y, &x);
}

static void note_choice(const struct actor *a) {
    for (size_t i = 0; i < actor_count; i++)
        note(&actors[i] != a && actors[i].state == SCHED_READY && actors[i].cpu < 0 && equals(a, &actors[i]),
             EQUAL_CHOICE);
    note(idle_count() > 1, IDLE_CHOICE);
}

static void preempt(struct actor *victim, const struct actor *by) {
    note(true, by->job->arrival == now ? PREEMPTED_BY_ARRIVAL : PREEMPTED_BY_OTHER);
    note(has_company(NULL, victim->level), PREEMPTED_BESIDE);
    note(has_used_a_part(victim), PREEMPTED_USED);
    for (size_t i = 0; i < actor_count; i++)
        note(&actors[i] != victim && actors[i].cpu >= 0 && actors[i].level == victim->level, PREEMPTED_ONE_OF_EQUALS);
    put_back(victim);
}

static void dispatch(void) {
    for (struct actor *a; (a = next_ready());) {
        note_choice(a);
        if (idle_cpu() < 0 && has_levels() && a->level < weakest()->level)
            preempt(weakest(), a);
        int cpu = idle_cpu();
        if (cpu < 0)
            return;
        desks[cpu].actor = a;
        desks[cpu].begins = true;
        a->cpu = cpu;
    }
}

static void begin(void) {
    for (int cpu = 0; cpu < options->cpus; cpu++) {
        struct desk *d = &desks[cpu];
        if (!d->begins)
            continue;
        d->begins = false;
        if (options->switch_cost > 0 && !d->switched && d->last && d->last != d->actor) {
            d->entry = drawn.switch_count++;
            d->switch_left = options->switch_cost;
            switches[d->entry] = (struct sched_switch){d->actor->job->id, cpu, now, now + options->switch_cost};
            continue;
        }
        d->entry = drawn.slice_count++;
        slices[d->entry] = (struct sched_slice){d->actor->job->id, cpu, has_levels() ? d->actor->level : 0, now, now};
        d->last = d->actor;
        d->runs = true;
        if (!has_levels())
            d->actor->used = 0;
        change(d->actor, SCHED_RUNNING);
    }
}

/* ---- the clock ---- */

static void tick(void) {
    for (int cpu = 0; cpu < options->cpus; cpu++) {
        struct desk *d = &desks[cpu];
        if (d->runs)
            d->actor->left--, d->actor->used++;
        else if (d->switch_left > 0 && --d->switch_left == 0)
            d->begins = d->switched = true;
    }
    now++;
}

static bool finished(void) {
    for (size_t i = 0; i < actor_count; i++)
        if (actors[i].state != SCHED_ENDED)
            return false;
    return true;
}

static void enter(const struct workload *w) {
    memset(desks, 0, sizeof desks);
    now = turns = tail = head = 0;
    notes_clear();
    actor_count = w->job_count;
    for (size_t i = 0; i < actor_count; i++) { /* by id */
        size_t at = 0;
        for (size_t j = 0; j < actor_count; j++)
            at += w->jobs[j].id < w->jobs[i].id;
        actors[at] = (struct actor){.job = &w->jobs[i], .left = w->jobs[i].bursts[0], .cpu = -1, .boosted = -1};
    }
}

const struct schedule *model_run(const struct workload *w, const struct sched_options *o) {
    static void (*const TEXTBOOK[])(void) = {end_bursts, complete_io, arrive, expire, boost, dispatch, begin};
    static void (*const OSTEP[])(void) = {end_bursts, expire, boost, arrive, complete_io, dispatch, begin};
    errno = ERANGE;
    require(w->job_count <= JOBS && o->cpus <= CPUS, "play so large a workload tick by tick");
    options = o;
    drawn = (struct schedule){.cpus = o->cpus, .slices = slices, .switches = switches, .states = states};
    enter(w);
    while (!finished()) {
        for (int i = 0; i < 7; i++) {
            watch(now, i, actors, actor_count);
            (o->ties == SCHED_TIES_OSTEP ? OSTEP : TEXTBOOK)[i]();
        }
        notes_end_instant();
        tick();
        require(now < TICKS_MAX, "play so long a workload tick by tick");
    }
    return &drawn;
}
