/* rules.c - finds the clauses that decide between two jobs, or about the level and the quantum of a job. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

uint64_t rule_at(const char *address) {
    static const struct {
        const char *area;
        int first;
    } AREAS[] = {{"SCH-FCFS-", 0}, {"SCH-SJF-", 3},  {"SCH-HRRN-", 7},    {"SCH-RR-", 12}, {"SCH-MLFQ-", 16},
                 {"SCH-TIE-", 30}, {"SCH-SMP-", 42}, {"SCH-SWITCH-", 46}, {"SCH-IO-", 50}};
    if (strncmp(address, "SCH-TIE-012", 11) == 0)
        return UINT64_MAX;
    for (size_t i = 0; i < sizeof AREAS / sizeof AREAS[0]; i++)
        if (strncmp(address, AREAS[i].area, strlen(AREAS[i].area)) == 0)
            return RULE_BIT(AREAS[i].first, atoi(address + strlen(AREAS[i].area)));
    return 0;
}

uint64_t rules_of_level(const struct actor *a) {
    if (a->boosted >= 0)
        return MLFQ(11) | (a->off_cpu ? MLFQ(13) : 0) | (a->boosted == a->placed && a->way == EXPIRED ? TIE(6) : 0);
    switch (a->way) {
    case ARRIVED:
        return MLFQ(1);
    case BACK:
        return a->boosted_away ? MLFQ(14) : a->exact ? MLFQ(10) : MLFQ(8);
    case PUT_BACK:
        return MLFQ(6);
    default:
        return a->bottom ? MLFQ(3) : MLFQ(2);
    }
}

uint64_t rules_of_quantum(const struct actor *a) {
    if (a->boosted >= 0)
        return MLFQ(11) | (a->off_cpu ? MLFQ(13) : 0);
    switch (a->way) {
    case ARRIVED:
        return MLFQ(2) | MLFQ(3);
    case BACK:
        return a->boosted_away ? MLFQ(14) : a->exact ? MLFQ(10) : MLFQ(9);
    case PUT_BACK:
        return MLFQ(7);
    default:
        return a->bottom ? MLFQ(3) : MLFQ(2);
    }
}

/* Both became ready at one instant. */
static uint64_t rule_of_tie(const struct actor *x, const struct actor *y, enum sched_ties ties) {
    bool expired = x->way == EXPIRED || y->way == EXPIRED, ostep = ties == SCHED_TIES_OSTEP;
    if (x->way == y->way)
        return ostep && x->way == BACK ? TIE(11) : TIE(4);
    if (expired)
        return ostep ? TIE(7) : TIE(3);
    return ostep ? TIE(8) : TIE(2);
}

/* y got its place after x, and must not pass it. */
static uint64_t rule_of_tail(const struct actor *y, enum sched_policy policy) {
    if (policy != POLICY_MLFQ)
        return y->way == EXPIRED ? RR(2) : y->way == BACK ? FCFS(3) : FCFS(1) | (policy == POLICY_RR ? RR(2) : 0);
    return y->way == ARRIVED ? MLFQ(1) : y->way == BACK ? MLFQ(8) : y->bottom ? MLFQ(3) : MLFQ(2);
}

static uint64_t rule_of_places(const struct actor *x, const struct actor *y, const struct sched_options *o) {
    if (x->way == PUT_BACK || y->way == PUT_BACK)
        return (x->way == PUT_BACK ? x : y)->switching ? SWITCH(4) : MLFQ(6);
    if (x->placed == y->placed)
        return rule_of_tie(x, y, o->ties);
    return rule_of_tail(x->placed < y->placed ? y : x, o->policy);
}

/* One of them got its place in the instant of the boost, before it. */
static uint64_t rules_of_newcomers(const struct actor *x, const struct actor *y, bool ostep) {
    uint64_t rules = 0;
    if ((x->placed == x->boosted && x->way == EXPIRED) || (y->placed == y->boosted && y->way == EXPIRED))
        rules |= TIE(6);
    if (!ostep && ((x->placed == x->boosted && x->way <= BACK) || (y->placed == y->boosted && y->way <= BACK)))
        rules |= TIE(5);
    return rules;
}

/* A boost has moved both. */
static uint64_t rule_of_boost(const struct actor *x, const struct actor *y, const struct sched_options *o) {
    const bool ostep = o->ties == SCHED_TIES_OSTEP;
    uint64_t rules = rules_of_newcomers(x, y, ostep);
    if (x->before == y->before && (x->off_cpu || y->off_cpu))
        return MLFQ(13) | ((x->off_cpu && x->switching) || (y->off_cpu && y->switching) ? SWITCH(4) : 0);
    if (x->before == y->before)
        return rule_of_places(x, y, o) | (x->placed == y->placed ? 0 : rules);
    if (x->off_cpu)
        return MLFQ(13) | (x->switching ? SWITCH(4) : 0);
    if (rules)
        return rules;
    return ostep && x->before > 0 && y->before > 0 ? TIE(9) : ostep ? TIE(9) | MLFQ(12) : MLFQ(12);
}

static uint64_t rules_within_level(const struct actor *x, const struct actor *y, const struct sched_options *o) {
    if (x->boosted >= 0 && x->boosted == y->boosted)
        return rule_of_boost(x, y, o);
    if ((x->boosted >= 0 && x->boosted == y->placed) || (y->boosted >= 0 && y->boosted == x->placed))
        return TIE(10);
    return rule_of_places(x, y, o);
}

static uint64_t rules_of_ratio(const struct actor *x, const struct actor *y, int64_t time) {
    int64_t ours = time - x->ready_since, theirs = time - y->ready_since;
    bool shorter = y->left<x->left, longer = theirs> ours; /* y is shorter, or waits longer */
    int64_t from_arrival = (time - y->job->arrival) * x->left - (time - x->job->arrival) * y->left;
    if (ours * y->left == theirs * x->left)
        return shorter ? HRRN(1) : HRRN(5);
    if (ours / x->left == theirs / y->left)
        return HRRN(2);
    return from_arrival > 0 && !shorter && !longer ? HRRN(4) : HRRN(1);
}

uint64_t rules_of_choice(const struct actor *x, const struct actor *y, const struct sched_options *o, int64_t time) {
    if (o->serial)
        return IO(5);
    if (o->policy == POLICY_SJF && x->left == y->left)
        return SJF(4);
    if (o->policy == POLICY_SJF)
        return x->job->burst_count + y->job->burst_count > 2 ? SJF(3) : SJF(1);
    if (o->policy == POLICY_HRRN)
        return rules_of_ratio(x, y, time);
    return o->policy == POLICY_MLFQ ? rules_within_level(x, y, o) : rule_of_places(x, y, o);
}
