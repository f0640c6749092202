/* model.c - does the seven steps of spec/scheduler.md "One instant" at every tick, on plain arrays in order of id.
 *
 * There is no queue. Each ready job has a number, its place. The job with the smallest number is the head. A job that
 * goes to the tail gets a number above all others. A job that goes to the head gets a number below all others. The
 * model shares only the spec with a submission.
 */
#include "model.h"

#include <errno.h>
#include <string.h>

#include "support/core/require.h"

#define JOBS 26
#define CPUS 4
#define EVENTS 8192
#define TICKS_MAX 4096

struct actor {
    const struct sched_job *job;
    enum sched_state state;
    size_t burst;
    int64_t left, used, ready_since, io_since, io_until;
    int64_t turn;  /* the order of becoming ready */
    int64_t place; /* MLFQ: its place within its level */
    int level, cpu;
};

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

static void become_ready(struct actor *a) {
    a->ready_since = now;
    a->turn = ++turns;
    a->place = ++tail;
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
    change(a, SCHED_READY);
    if (options->serial)
        desks[a->cpu].begins = true;
    else
        become_ready(a);
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
            change(&actors[i], SCHED_READY);
            become_ready(&actors[i]);
        }
}

static void expire(void) {
    for (size_t i = 0; i < actor_count && has_quanta(); i++) {
        struct actor *a = &actors[i];
        if (a->state != SCHED_RUNNING || a->used < quantum_of(a))
            continue;
        leave(a);
        sink(a);
        change(a, SCHED_READY);
        become_ready(a);
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
    leave(a);
    a->place = --head;
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
        first->level = -1;
        first->place = ++tail;
    }
}

static void boost(void) {
    if (!has_levels() || options->boost == 0 || now == 0 || now % options->boost != 0)
        return;
    for (struct actor *a; (a = weakest());)
        put_back(a);
    join_level(0);
    for (int i = 1; i < options->level_count; i++)
        join_level(options->ties == SCHED_TIES_OSTEP ? options->level_count - i : i);
    for (size_t i = 0; i < actor_count; i++)
        actors[i].level = 0, actors[i].used = 0;
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

static void dispatch(void) {
    for (struct actor *a; (a = next_ready());) {
        if (idle_cpu() < 0 && has_levels() && a->level < weakest()->level)
            put_back(weakest());
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
    actor_count = w->job_count;
    for (size_t i = 0; i < actor_count; i++) { /* by id */
        size_t at = 0;
        for (size_t j = 0; j < actor_count; j++)
            at += w->jobs[j].id < w->jobs[i].id;
        actors[at] = (struct actor){.job = &w->jobs[i], .left = w->jobs[i].bursts[0], .cpu = -1};
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
        for (int i = 0; i < 7; i++)
            (o->ties == SCHED_TIES_OSTEP ? OSTEP : TEXTBOOK)[i]();
        tick();
        require(now < TICKS_MAX, "play so long a workload tick by tick");
    }
    return &drawn;
}

/* ---- mlfq.py ---- */

struct line {
    struct actor *of[JOBS];
    int length;
};

static void append(struct line *l, struct actor *a) {
    l->of[l->length++] = a;
}

static void drop_head(struct line *l) {
    memmove(l->of, l->of + 1, (size_t)--l->length * sizeof(struct actor *));
}

static void boost_lines(struct line *lines) {
    for (int level = options->level_count - 1; level > 0; level--) {
        for (int i = 0; i < lines[level].length; i++)
            append(&lines[0], lines[level].of[i]);
        lines[level].length = 0;
    }
    for (size_t i = 0; i < actor_count; i++)
        actors[i].level = 0, actors[i].used = 0;
}

/* The jobs that come at this tick: first the arrivals, then the I/O completions in order of issue. */
static void append_comers(struct line *lines) {
    for (size_t i = 0; i < actor_count; i++)
        if (actors[i].job->arrival == now)
            append(&lines[0], &actors[i]);
    for (int64_t issued = 0; issued < now; issued++)
        for (size_t i = 0; i < actor_count; i++)
            if (actors[i].io_until == now && actors[i].io_since == issued)
                append(&lines[actors[i].level], &actors[i]);
}

/* What happens after its tick: it is finished, its I/O begins, or its quantum is used up. Returns whether it finished.
 */
static bool after_tick(struct line *lines, int level) {
    struct actor *a = lines[level].of[0];
    bool stays = --a->left > 0, ends = !stays && a->burst + 1 == a->job->burst_count;
    a->used++;
    if (stays && a->used < options->levels[level])
        return false;
    drop_head(&lines[level]);
    if (a->used == options->levels[level]) {
        a->used = 0;
        a->level += level + 1 < options->level_count;
    }
    if (stays) {
        append(&lines[a->level], a);
    } else if (!ends) {
        a->io_since = now + 1;
        a->io_until = now + 1 + a->job->bursts[a->burst + 1];
        a->burst += 2;
        a->left = a->job->bursts[a->burst];
    }
    return ends;
}

const char *model_of_mlfq_py(const struct workload *w, const struct sched_options *o) {
    static char row[TICKS_MAX + 1];
    struct line lines[SCHED_LEVELS_MAX];
    for (int level = 0; level < o->level_count; level++)
        lines[level].length = 0;
    options = o;
    enter(w);
    for (size_t done = 0; done < actor_count; now++) {
        int level = 0;
        require(now < TICKS_MAX, "play so long a workload tick by tick");
        if (o->boost > 0 && now > 0 && now % o->boost == 0)
            boost_lines(lines);
        append_comers(lines);
        while (level < o->level_count && lines[level].length == 0)
            level++;
        row[now] = level < o->level_count ? (char)('A' + lines[level].of[0]->job->id - 1) : '.';
        if (level < o->level_count)
            done += after_tick(lines, level);
    }
    row[now] = '\0';
    return row;
}
