/* blame.c - finds the first difference between a schedule and that of the model, and the rules that decide there. */
#include "blame.h"

#include <stdlib.h>
#include <string.h>

#include "difference.h"
#include "model.h"
#include "rules.h"
#include "support/core/expect.h"

static const struct schedule *ours, *theirs; /* ours: the model's */
static const struct workload *workload;
static const struct sched_options *options;
static int64_t at; /* the first difference */

/* ---- what a schedule does at this instant ---- */

/* A CPU takes a job: it begins a slice, or a switch. */
struct taking {
    int64_t job;
    int cpu, level;
    bool switches;
};

static size_t takings(const struct schedule *s, struct taking out[static JOBS_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < s->slice_count && count < JOBS_MAX; i++)
        if (s->slices[i].start == at)
            out[count++] = (struct taking){s->slices[i].job, s->slices[i].cpu, s->slices[i].level, false};
    for (size_t i = 0; i < s->switch_count && count < JOBS_MAX; i++)
        if (s->switches[i].start == at)
            out[count++] = (struct taking){s->switches[i].job, s->switches[i].cpu, -1, true};
    return count;
}

static const struct taking *taking_of(int64_t job, const struct taking *all, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (all[i].job == job)
            return &all[i];
    return NULL;
}

static const struct taking *taking_on(int cpu, const struct taking *all, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (all[i].cpu == cpu)
            return &all[i];
    return NULL;
}

/* The level of the job's next slice in the schedule, from this instant on. -1 if there is none. */
static int next_level(int64_t job) {
    const struct sched_slice *next = NULL;
    for (size_t i = 0; i < theirs->slice_count; i++) {
        const struct sched_slice *s = &theirs->slices[i];
        if (s->job == job && s->start >= at && (!next || s->start < next->start))
            next = s;
    }
    return next ? next->level : -1;
}

static bool has_levels(void) {
    return options->policy == POLICY_MLFQ && !options->serial;
}

/* Has this CPU made a switch to this job before? With -1: has any CPU? */
static bool has_switched(int64_t job, int cpu) {
    for (size_t i = 0; i < ours->switch_count; i++)
        if (ours->switches[i].job == job && (cpu < 0 || ours->switches[i].cpu == cpu) && ours->switches[i].end <= at)
            return true;
    return false;
}

/* Has this CPU made a switch that did not lead to a slice? */
static bool has_abandoned(int cpu) {
    for (size_t i = 0; i < ours->switch_count; i++) {
        const struct sched_switch *c = &ours->switches[i];
        bool runs = false;
        for (size_t k = 0; k < ours->slice_count; k++)
            runs |= ours->slices[k].job == c->job && ours->slices[k].cpu == c->cpu && ours->slices[k].start == c->end;
        if (c->cpu == cpu && c->end <= at && !runs)
            return true;
    }
    return false;
}

static bool is_boost(void) {
    return has_levels() && options->boost > 0 && at > 0 && at % options->boost == 0;
}

/* What do the next levels of other jobs say about a boost? 1: it was done. -1: it was not. 0: nothing. */
static int evidence_of_boost(int64_t time, int64_t without) {
    for (size_t i = 0; i < workload->job_count; i++) {
        const struct actor *a = model_actor(workload->jobs[i].id, true);
        int level = next_level(workload->jobs[i].id);
        if (a && a->job->id != without && a->boosted == time && a->before > 0 && level >= 0)
            return level == 0 ? 1 : -1;
    }
    return 0;
}

/* Why is the job on its level? After a boost the other jobs tell more. */
static uint64_t level_rules(const struct actor *a) {
    int evidence = a->boosted >= 0 ? evidence_of_boost(a->boosted, a->job->id) : 0;
    if (evidence < 0)
        return MLFQ(11);
    if (evidence > 0 && a->boosted == a->placed && a->way == EXPIRED)
        return TIE(6);
    return evidence > 0 && a->off_cpu ? MLFQ(13) : rules_of_level(a);
}

/* ---- a CPU lets a job run on, or takes it away ---- */

/* The slice of the job in the schedule that ends at this instant or later. */
static const struct sched_slice *slice_of(int64_t job) {
    for (size_t i = 0; i < theirs->slice_count; i++) {
        const struct sched_slice *s = &theirs->slices[i];
        if (s->job == job && s->start < at && s->end >= at)
            return s;
    }
    return NULL;
}

/* The job runs longer or shorter than its quantum. `used` is what it has used of it then. */
static uint64_t rules_of_length(const struct actor *was, int64_t used) {
    const bool last = was->level + 1 == options->level_count;
    const struct sched_slice *slice = slice_of(was->job->id);
    if (slice && slice->end - slice->start > options->levels[was->level])
        return last ? MLFQ(3) : MLFQ(2);
    if (was->level > 0 && (used == options->levels[0] || used == options->levels[was->level - 1]))
        return MLFQ(2);
    return rules_of_quantum(was);
}

/* The job lost its CPU too early. Do the ticks of its switches explain it? */
static bool has_lost_switches(const struct actor *was, int64_t used) {
    int64_t quantum = has_levels() ? options->levels[was->level] : options->quantum;
    return options->switch_cost > 0 && has_switched(was->job->id, was->cpu) &&
           (options->switch_cost >= quantum || (quantum - used) % options->switch_cost == 0);
}

/* The model preempts for this job. */
static uint64_t rules_of_preemption(const struct actor *by) {
    uint64_t several = options->cpus > 1 ? SMP(4) : 0;
    if (!by)
        return several | MLFQ(5);
    if (next_level(by->job->id) != by->level)
        return level_rules(by);
    return several | (by->way == BACK ? MLFQ(8) : MLFQ(5));
}

static uint64_t rules_of_end(int64_t job, int cpu, bool switches) {
    struct taking all[JOBS_MAX];
    const struct actor *was = model_actor(job, false), *is = model_actor(job, true);
    if (!was || !is || is->state == SCHED_ENDED || is->state == SCHED_BLOCKED)
        return SMP(3);
    if (is_boost() && evidence_of_boost(at, job) < 0)
        return MLFQ(11);
    if (is_boost())
        return MLFQ(13) | (switches ? SWITCH(4) : 0) | (evidence_of_boost(at, job) == 0 ? MLFQ(11) : 0);
    if (!switches && is->way == EXPIRED && is->placed == at)
        return has_levels() ? rules_of_length(was, was->used + (slice_of(job) ? slice_of(job)->end - at : 0)) : RR(1);
    const struct taking *next = taking_on(cpu, all, takings(ours, all));
    return (switches ? SWITCH(4) : 0) | rules_of_preemption(next ? model_actor(next->job, true) : NULL);
}

static uint64_t rules_of_cut_by_level(const struct actor *was, const struct taking *next) {
    const struct actor *by = next ? model_actor(next->job, true) : NULL;
    int level = next_level(was->job->id);
    if (!by || by == was || next->job == was->job->id || level > was->level)
        return level < was->level ? MLFQ(11) : rules_of_length(was, was->used);
    if (by->level < was->level)
        return SMP(4);
    if (next->level >= 0 && next->level != by->level)
        return level_rules(by);
    return MLFQ(5) | (options->cpus > 1 ? SMP(4) : 0) | (level == was->level ? rules_of_length(was, was->used) : 0);
}

static uint64_t rules_of_cut(int64_t job, int cpu, bool switches) {
    struct taking all[JOBS_MAX];
    const struct actor *was = model_actor(job, false);
    if (!was || options->serial)
        return IO(4) | IO(5);
    if (switches)
        return SWITCH(1) | SWITCH(4);
    if ((has_levels() || options->policy == POLICY_RR) && has_lost_switches(was, was->used))
        return SWITCH(3);
    switch (options->policy) {
    case POLICY_FCFS:
        return FCFS(2);
    case POLICY_SJF:
        return SJF(2);
    case POLICY_HRRN:
        return HRRN(1);
    case POLICY_RR:
        return was->way == BACK ? RR(4) : RR(3);
    default:
        return rules_of_cut_by_level(was, taking_on(cpu, all, takings(theirs, all)));
    }
}

static uint64_t rules_of_ends(void) {
    uint64_t rules = 0;
    for (size_t i = 0; i < ours->slice_count; i++) {
        const struct sched_slice *right = &ours->slices[i], *other = same_slice(theirs, right);
        if (other && other->end != right->end && right->end == at)
            rules |= rules_of_end(right->job, right->cpu, false);
        else if (other && other->end != right->end && other->end == at)
            rules |= rules_of_cut(right->job, right->cpu, false);
    }
    for (size_t i = 0; i < ours->switch_count; i++) {
        const struct sched_switch *right = &ours->switches[i], *other = same_switch(theirs, right);
        if (other && other->end != right->end && right->end == at)
            rules |= right->end - right->start == options->switch_cost ? SWITCH(1)
                                                                       : rules_of_end(right->job, right->cpu, true);
        else if (other && other->end != right->end && other->end == at)
            rules |= rules_of_cut(right->job, right->cpu, true);
    }
    return rules;
}

/* ---- a CPU takes another job ---- */

static uint64_t rules_of_wrong_level(const struct taking *t) {
    const struct actor *a = model_actor(t->job, true);
    return a && has_levels() && t->level >= 0 && t->level != a->level ? level_rules(a) : 0;
}

/* Has the job not come back from its I/O in the schedule, although it is over? */
static bool is_not_back(const struct actor *a) {
    if (!a || a->way != BACK)
        return false;
    for (size_t i = 0; i < theirs->state_count; i++) {
        const struct sched_change *c = &theirs->states[i];
        if (c->job == a->job->id && c->time == a->placed && c->from == SCHED_BLOCKED)
            return false;
    }
    return true;
}

/* The model takes x, the schedule takes y. */
static uint64_t rules_of_pair(const struct actor *x, const struct taking *other) {
    const struct actor *y = model_actor(other->job, true);
    if (!x || !y || y->state != SCHED_READY || y->cpu >= 0)
        return SMP(3) | (y && y->state == SCHED_BLOCKED ? IO(2) : 0);
    if (is_not_back(x))
        return IO(2);
    if (rules_of_wrong_level(other))
        return rules_of_wrong_level(other);
    if (!has_levels())
        return rules_of_choice(x, y, options, at);
    if (next_level(x->job->id) != x->level)
        return level_rules(x);
    return x->level == y->level ? rules_of_choice(x, y, options, at) : MLFQ(4);
}

static bool begins_at(int64_t job, int64_t time) {
    for (size_t i = 0; i < theirs->slice_count; i++)
        if (theirs->slices[i].job == job && theirs->slices[i].start == time)
            return true;
    return false;
}

/* Ready jobs find no CPU in the schedule, or more jobs find one. */
static uint64_t rules_of_idle(bool more, const struct actor *missing) {
    uint64_t rules = 0;
    if (missing && options->switch_cost > 0 && begins_at(missing->job->id, at + options->switch_cost))
        return SWITCH(1);
    if (missing && has_switched(missing->job->id, -1))
        rules = SWITCH(3);
    if (options->serial)
        return rules | IO(4);
    if (more)
        return rules | SMP(3);
    for (size_t i = 0; i < ours->slice_count; i++) {
        const struct actor *a = ours->slices[i].end == at ? model_actor(ours->slices[i].job, true) : NULL;
        if (a && (a->state == SCHED_BLOCKED || a->state == SCHED_ENDED))
            rules |= (missing && missing->placed == at ? TIE(1) : 0) | (a->state == SCHED_BLOCKED ? IO(1) : 0);
    }
    return rules | IO(3) | (options->cpus > 1 ? SMP(1) : 0);
}

/* Both take the job, but in another way. */
static uint64_t rules_of_same(const struct taking *right, const struct taking *other) {
    if (right->cpu != other->cpu)
        return SMP(2);
    if (right->switches != other->switches)
        return (right->switches ? SWITCH(1) : SWITCH(2)) | (has_abandoned(right->cpu) ? SWITCH(4) : 0);
    return rules_of_wrong_level(other);
}

/* Two jobs have changed their CPUs. So the schedule took them in another order. */
static uint64_t rules_of_exchange(const struct taking *right, size_t count, const struct taking *wrong) {
    const struct taking *x = taking_on(wrong->cpu, right, count);
    const struct actor *a = x ? model_actor(x->job, true) : NULL, *b = model_actor(wrong->job, true);
    return a && b && a != b && a->state == SCHED_READY && b->state == SCHED_READY && a->level == b->level
               ? rules_of_choice(a, b, options, at)
               : 0;
}

static uint64_t rules_of_takings(void) {
    struct taking right[JOBS_MAX], other[JOBS_MAX];
    size_t count = takings(ours, right), found = takings(theirs, other);
    uint64_t rules = 0, exchanged = 0;
    for (size_t k = 0; k < found; k++)
        if (!taking_of(other[k].job, right, count)) {
            for (size_t i = 0; i < count; i++)
                if (!taking_of(right[i].job, other, found))
                    rules |= rules_of_pair(model_actor(right[i].job, true), &other[k]);
        }
    if (rules)
        return rules;
    const struct actor *missing = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct actor *a = taking_of(right[i].job, other, found) ? NULL : model_actor(right[i].job, true);
        if (is_not_back(a))
            return IO(2);
        missing = a && (!missing || a->placed == at) ? a : missing;
    }
    if (count != found)
        return rules_of_idle(found > count, missing);
    for (size_t i = 0; i < count; i++) {
        const struct taking *same = taking_of(right[i].job, other, found);
        if (!same)
            return SMP(3);
        rules |= rules_of_same(&right[i], same);
        exchanged |= same->cpu != right[i].cpu ? rules_of_exchange(right, count, same) : 0;
    }
    return exchanged ? exchanged : rules;
}

static bool is_small(const struct workload *w, const struct sched_options *o) {
    int64_t sum = o->switch_cost;
    if (w->job_count > JOBS_MAX || o->cpus > 8)
        return false;
    for (size_t i = 0; i < w->job_count && sum < 400; i++) {
        sum += w->jobs[i].arrival > 400 ? 400 : w->jobs[i].arrival;
        for (size_t b = 0; b < w->jobs[i].burst_count && sum < 400; b++)
            sum += w->jobs[i].bursts[b];
    }
    return sum < 400;
}

/* Do two jobs run on one CPU at the first difference? */
static bool is_clash(void) {
    for (size_t i = 0; i < theirs->slice_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct sched_slice *a = &theirs->slices[i], *b = &theirs->slices[k];
            if (a->cpu == b->cpu && a->start <= at && b->start <= at && a->end > at && b->end > at)
                return true;
        }
    return false;
}

/* Does each job get the ticks of its bursts? A schedule that leaves out work has no other mistake that explains it. */
static bool does_all_work(const struct workload *w, const struct schedule *s) {
    for (size_t i = 0; i < w->job_count; i++) {
        int64_t due = 0;
        for (size_t b = 0; b < w->jobs[i].burst_count; b += 2)
            due += w->jobs[i].bursts[b];
        for (size_t k = 0; k < s->slice_count; k++)
            if (s->slices[k].job == w->jobs[i].id)
                due -= s->slices[k].end - s->slices[k].start;
        if (due != 0)
            return false;
    }
    return true;
}

/* The rules that decide at the first difference. 0 if there is none, or if no rule is known. */
static uint64_t rules_broken(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    at = INT64_MAX;
    if (!is_small(w, o))
        return 0;
    options = o;
    theirs = s;
    workload = w;
    ours = model_run(w, o);
    at = first_difference(ours, s);
    if (at == INT64_MAX)
        return 0;
    model_watch(at);
    ours = model_run(w, o);
    model_watch(-1);
    uint64_t rules = rules_of_ends();
    rules = rules != 0 ? rules : rules_of_takings();
    return is_clash() ? rules | SMP(3) : rules;
}

bool another_clause_is_broken(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    uint64_t rules = rules_broken(w, o, s);
    return rules != 0 && (rules & rule_at(test_description())) == 0 && does_all_work(w, s);
}

bool is_another(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return is_small(w, o) && first_difference(model_run(w, o), s) != INT64_MAX;
}
