/* mlfq_rules.c - follows the level and the quantum of each job, and looks at each choice between two jobs. */
#include "mlfq_rules.h"

#include <stdlib.h>
#include <string.h>

#include "support/core/expect.h"

#define BIT(number) (UINT32_C(1) << (number))
#define TIE BIT(31)    /* equal jobs are not in order of id */
#define SWITCH BIT(30) /* a CPU changes without a switch, or has a switch to the same job */

enum way { ARRIVED, BACK, EXPIRED, PREEMPTED, BOOSTED };

/* A job at one instant, before the slices that begin there. */
struct track {
    const struct sched_job *job;
    bool waits, exact; /* exact: its last burst ended exactly with the quantum */
    enum way way;      /* how it became ready */
    int level;
    int64_t since, left, used, end; /* end: of its last slice */
    size_t burst;
    bool stopped; /* it has broken a rule */
};

static const struct sched_options *options;
static const struct schedule *schedule;
static uint32_t broken;

static bool boost_in(int64_t from, int64_t to) {
    return options->boost > 0 && to >= options->boost && to / options->boost * options->boost >= from;
}

static uint32_t last_or(int level, uint32_t number) {
    return level + 1 >= options->level_count ? BIT(3) : BIT(number);
}

/* The rule that says at which level the job runs next. */
static uint32_t rule_of_level(const struct track *t, bool boosted) {
    if (boosted && t->way != ARRIVED)
        return t->way == BACK ? BIT(14) : BIT(11);
    switch (t->way) {
    case ARRIVED:
        return BIT(1);
    case BACK:
        return t->exact ? BIT(10) : BIT(8);
    case PREEMPTED:
        return BIT(6);
    default:
        return last_or(t->level, 2);
    }
}

/* The rule that says how much of the quantum the job has. */
static uint32_t rule_of_quantum(const struct track *t, bool boosted) {
    if (boosted && t->way != ARRIVED)
        return rule_of_level(t, boosted);
    if (t->way == BACK)
        return t->exact ? BIT(10) : BIT(9);
    return t->way == PREEMPTED ? BIT(7) : last_or(t->level, 2);
}

static const struct sched_slice *next_on_cpu(const struct sched_slice *slice) {
    for (size_t i = 0; i < schedule->slice_count; i++)
        if (schedule->slices[i].cpu == slice->cpu && schedule->slices[i].start == slice->end)
            return &schedule->slices[i];
    return NULL;
}

/* Its slice ended, but neither the burst nor the quantum did. Was it preempted? */
static uint32_t rule_of_cut(const struct sched_slice *slice, uint32_t quantum_rule) {
    const struct sched_slice *next = next_on_cpu(slice);
    if (options->switch_cost > 0 || (next && next->job != slice->job && next->level < slice->level))
        return 0;
    return next && next->job != slice->job ? BIT(5) : quantum_rule;
}

static void sink(struct track *t) {
    t->used = 0;
    t->level += t->level + 1 < options->level_count;
}

/* What becomes of the job after a slice that used its quantum up or not. Returns the rule that this slice breaks. */
static uint32_t finish(struct track *t, const struct sched_slice *slice, uint32_t quantum_rule) {
    bool used_up = t->used == options->levels[t->level];
    t->since = slice->end;
    if (t->left == 0 && t->burst + 1 == t->job->burst_count) {
        t->waits = false;
    } else if (t->left == 0) {
        t->since += t->job->bursts[t->burst + 1];
        t->burst += 2;
        t->left = t->job->bursts[t->burst];
        t->way = BACK;
        t->exact = used_up;
    } else {
        t->way = boost_in(slice->end, slice->end) ? BOOSTED : used_up ? EXPIRED : PREEMPTED;
        if (t->way == PREEMPTED && rule_of_cut(slice, quantum_rule))
            return rule_of_cut(slice, quantum_rule);
    }
    if (used_up)
        sink(t);
    return 0;
}

static void follow(struct track *t, const struct sched_slice *slice) {
    bool boosted = boost_in(t->end, slice->start) && t->way != ARRIVED;
    if (boosted)
        t->level = 0, t->used = 0;
    uint32_t level_rule = rule_of_level(t, boosted), quantum_rule = rule_of_quantum(t, boosted), wrong = 0;
    t->left -= slice->end - slice->start;
    t->used += slice->end - slice->start;
    t->end = slice->end;
    if (slice->level != t->level)
        wrong = level_rule;
    else if (t->used > options->levels[t->level])
        wrong = quantum_rule;
    else if (t->left >= 0)
        wrong = finish(t, slice, quantum_rule);
    t->stopped = wrong || t->left < 0;
    broken |= wrong;
}

static struct track track_until(const struct sched_job *job, int64_t time) {
    struct track t = {.job = job, .waits = true, .since = job->arrival, .left = job->bursts[0]};
    for (size_t i = 0; i < schedule->slice_count && !t.stopped; i++)
        if (schedule->slices[i].job == job->id && schedule->slices[i].start < time)
            follow(&t, &schedule->slices[i]);
    t.waits = t.waits && !t.stopped && t.since <= time;
    if (t.waits && boost_in(t.end, time) && t.way != ARRIVED)
        t.level = 0, t.used = 0;
    return t;
}

static uint32_t rule_of_tail(const struct track *t) {
    return t->way == ARRIVED ? BIT(1) : t->way == BACK ? BIT(8) : last_or(t->level, 2);
}

/* The chosen job runs, and the other one waits on the same level. */
static void compare(const struct track *chosen, const struct track *other, int64_t time) {
    int64_t earlier = chosen->since < other->since ? chosen->since : other->since;
    uint32_t rule = 0;
    bool wrong = false;
    if (boost_in(earlier, time) && (chosen->way != ARRIVED || other->way != ARRIVED))
        return;
    if (chosen->since == other->since) {
        bool same = chosen->way == other->way && chosen->way != BACK;
        broken |= same && chosen->way != PREEMPTED && chosen->job->id > other->job->id ? TIE : 0;
        return;
    }
    if (chosen->way == PREEMPTED || other->way == PREEMPTED) {
        rule = BIT(6);
        wrong = other->way == PREEMPTED && (chosen->way != PREEMPTED || chosen->since < other->since);
    } else {
        rule = rule_of_tail(chosen->since > other->since ? chosen : other);
        wrong = chosen->since > other->since;
    }
    broken |= wrong ? rule : 0;
}

static bool starts_at(int64_t job, int64_t time) {
    for (size_t i = 0; i < schedule->slice_count; i++)
        if (schedule->slices[i].job == job && schedule->slices[i].start == time)
            return true;
    return false;
}

/* When the CPU took the job: at the start of the slice, or of the switch before it. */
static int64_t taken_at(const struct sched_slice *slice) {
    for (size_t i = 0; i < schedule->switch_count; i++)
        if (schedule->switches[i].cpu == slice->cpu && schedule->switches[i].end == slice->start &&
            schedule->switches[i].job == slice->job)
            return schedule->switches[i].start;
    return slice->start;
}

/* Did a CPU take the job for a switch since this time, up to that time? */
static bool was_taken(int64_t job, int64_t since, int64_t time) {
    bool taken = false;
    for (size_t i = 0; i < schedule->switch_count; i++)
        taken |= schedule->switches[i].job == job && schedule->switches[i].start >= since &&
                 schedule->switches[i].start <= time;
    return taken;
}

/* Looks at the jobs that wait when a slice begins, and at those that become ready while it runs. */
static void look_at(const struct workload *w, const struct sched_slice *slice) {
    const struct sched_job *job = job_with(w, slice->job);
    int64_t time = taken_at(slice);
    struct track chosen = job ? track_until(job, time) : (struct track){0};
    if (was_taken(slice->job, chosen.since, time - 1))
        return; /* an abandoned switch has changed its place */
    for (size_t i = 0; i < w->job_count && chosen.waits; i++) {
        struct track other = track_until(&w->jobs[i], time);
        if (other.job == job || starts_at(other.job->id, time) || was_taken(other.job->id, other.since, time))
            continue;
        if (other.waits && other.level < slice->level)
            broken |= BIT(4);
        else if (other.waits && other.level == slice->level)
            compare(&chosen, &other, time);
    }
}

static void look_during(const struct workload *w, const struct sched_slice *slice) {
    for (size_t i = 0; i < w->job_count; i++)
        for (int64_t t = slice->start + 1; t < slice->end; t++) {
            struct track other = track_until(&w->jobs[i], t);
            if (other.waits && other.since == t && other.level < slice->level && !starts_at(other.job->id, t))
                broken |= other.way == BACK ? BIT(8) : BIT(5);
        }
}

static void look_at_switch(const struct sched_slice *slice) {
    const struct sched_slice *last = NULL;
    bool switched = false;
    for (size_t i = 0; i < schedule->slice_count; i++) {
        const struct sched_slice *s = &schedule->slices[i];
        if (s->cpu == slice->cpu && s->start < slice->start && (!last || s->start > last->start))
            last = s;
    }
    for (size_t i = 0; i < schedule->switch_count; i++)
        switched |= schedule->switches[i].cpu == slice->cpu && schedule->switches[i].end == slice->start &&
                    schedule->switches[i].job == slice->job;
    if (switched != (last && last->job != slice->job))
        broken |= SWITCH;
}

uint32_t mlfq_rules_broken(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    options = o;
    schedule = s;
    broken = 0;
    for (size_t i = 0; i < w->job_count; i++)
        track_until(&w->jobs[i], INT64_MAX);
    for (size_t i = 0; i < s->slice_count && o->switch_cost > 0; i++)
        look_at_switch(&s->slices[i]);
    for (size_t i = 0; i < s->slice_count; i++) {
        look_at(w, &s->slices[i]);
        if (o->switch_cost == 0)
            look_during(w, &s->slices[i]);
    }
    return broken;
}

/* The rules that may be broken because the clause of the running test is. A mistake in the order of ties or in the
 * choice of a CPU can look like a job that does not preempt. A switch can take ticks of the quantum. */
static uint32_t rules_of_test(void) {
    const char *text = test_description();
    const uint32_t preemption = BIT(4) | BIT(5) | BIT(8), boosts = BIT(11) | BIT(14);
    if (strncmp(text, "SCH-MLFQ-", 9) == 0)
        return BIT(atoi(text + 9) & 31);
    if (strncmp(text, "SCH-TIE-", 8) == 0)
        return preemption | boosts | TIE;
    if (strncmp(text, "SCH-SMP-", 8) == 0)
        return preemption;
    return strncmp(text, "SCH-SWITCH-", 11) == 0 ? UINT32_MAX : 0;
}

bool explained_by_another_rule(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    if (o->policy != POLICY_MLFQ || o->serial)
        return false;
    uint32_t rules = mlfq_rules_broken(w, o, s);
    return rules != 0 && (rules & rules_of_test()) == 0;
}
