/* engine_ties.c - random workloads in which several things happen at one instant. */
#include "support/schedule/history.h"
#include "support/schedule/like_model.h"

/* Short numbers, so that many things happen at one instant. */
static const struct shape CROWDED = {.jobs = 6, .arrival = 12, .burst = 4, .io = 4, .ios = 2};

/* ---- the queue of FCFS and RR, as the schedule itself shows it ---- */

static bool came_so(const struct past *a, const struct past *b, bool first, bool second) {
    return a->since == b->since && first && second;
}

static bool back_first(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time, (void)ties;
    return came_so(a, b, a->came == FROM_IO, b->came == BY_ARRIVAL);
}

static bool arrival_first(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time, (void)ties;
    return came_so(a, b, a->came == BY_ARRIVAL, b->came == FROM_IO);
}

static bool comer_first(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time, (void)ties;
    return came_so(a, b, a->came != BY_EXPIRY, b->came == BY_EXPIRY);
}

static bool expired_first(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time, (void)ties;
    return came_so(a, b, a->came == BY_EXPIRY, b->came != BY_EXPIRY);
}

static bool smaller_id_first(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time, (void)ties;
    return came_so(a, b, a->came == b->came, a->job->id < b->job->id);
}

static bool issued_first(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)time, (void)ties;
    bool before = a->issued != b->issued ? a->issued < b->issued : a->job->id < b->job->id;
    return came_so(a, b, a->came == FROM_IO && b->came == FROM_IO, before);
}

#define RULE(name, first, text)                                                                                        \
    static const char *name(const struct workload *w, const struct sched_options *o, const struct schedule *s) {       \
        return each_choice_is_right(w, o, s, first) ? NULL : (text);                                                   \
    }

RULE(back_before_arrivals, back_first, "a job that arrived passes a job that came back from I/O at that instant")
RULE(arrivals_before_back, arrival_first, "a job that came back from I/O passes a job that arrived at that instant")
RULE(comers_before_expired, comer_first, "a job whose quantum expired passes one that became ready at that instant")
RULE(expired_before_comers, expired_first, "a job passes one whose quantum expired at that instant")
RULE(ids_in_order, smaller_id_first, "a job passes one with a smaller id, to which the same happened")
RULE(issue_in_order, issued_first, "a job back from I/O passes one whose I/O began earlier")

Test(sched_ties, always_complete_io_before_arrivals, .timeout = 5,
     .description = "SCH-TIE-002 SCH-RULE-006 SCH-RULE-006b SCH-RULE-006d: random workloads under RR") {
    expect_for_every_workload(back_before_arrivals, "RR 90;RR ?;RR 90 cpus 2", CROWDED, 800);
}

Test(sched_ties, always_let_comers_precede_expired_quanta, .timeout = 5,
     .description = "SCH-TIE-003 SCH-RULE-006 SCH-RULE-006e: random workloads under RR on one and two CPUs") {
    expect_for_every_workload(comers_before_expired, "RR ?;RR ? cpus 2", CROWDED, 800);
}

/* Two jobs to which the same happened at one instant must have their changes in order of id. */
static const char *changes_by_id(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    (void)w, (void)o;
    for (size_t i = 0; i < s->state_count; i++) {
        const struct sched_change *c = &s->states[i];
        for (size_t k = i + 1; k < s->state_count && s->states[k].time == c->time; k++) {
            const struct sched_change *d = &s->states[k];
            bool ends =
                c->from == SCHED_RUNNING && d->from == SCHED_RUNNING && c->to != SCHED_READY && d->to != SCHED_READY;
            bool same = c->from == d->from && c->to == d->to && c->to != SCHED_RUNNING;
            if ((ends || same) && c->job >= d->job)
                return "the changes of two jobs at one instant are not in order of id";
        }
    }
    return ids_in_order(w, o, s);
}

Test(sched_ties, always_follow_ids_within_a_step, .timeout = 5,
     .description = "SCH-TIE-004 SCH-TIE-004a SCH-RULE-006a SCH-RULE-007: random workloads on one to four CPUs") {
    expect_for_workloads_with(0, EXACT, changes_by_id, "RR 90;RR ?;RR 90 cpus 2;RR ? cpus 3;RR ? cpus 4", CROWDED, 800);
}

Test(sched_ties, ostep_always_expires_before_arrivals, .timeout = 5,
     .description = "SCH-TIE-007 SCH-RULE-006: random workloads under RR on one and two CPUs") {
    expect_for_every_workload(expired_before_comers, "RR ? ostep;RR ? ostep cpus 2", CROWDED, 800);
}

Test(sched_ties, ostep_always_lets_arrivals_precede_io, .timeout = 5,
     .description = "SCH-TIE-008 SCH-RULE-006: random workloads under RR") {
    expect_for_every_workload(arrivals_before_back, "RR 90 ostep;RR ? ostep;RR 90 cpus 2 ostep", CROWDED, 800);
}

Test(sched_ties, ostep_always_completes_io_in_order_of_issue, .timeout = 5,
     .description = "SCH-TIE-011 SCH-TIE-011a SCH-RULE-006c: random workloads with I/Os that end together") {
    static const struct shape shape = {.jobs = 6, .arrival = 4, .burst = 3, .io = 6, .ios = 3};
    expect_for_every_workload(issue_in_order, "RR 90 ostep;RR ? ostep;RR 90 ostep cpus 2", shape, 800);
}

/* ---- MLFQ, against the slow model ---- */

/* All coincidences but these two. */
#define OTHERS(wanted) ((COINCIDENCES & ~(uint32_t)(wanted)) | EXACT)

static const struct shape BOOSTED = {.jobs = 4, .arrival = 12, .burst = 9, .io = 5, .ios = 1};

static const struct shape APART = {.jobs = 4, .arrival = 15, .burst = 9, .io = 5, .ios = 1, .apart = true};

Test(sched_ties, end_each_burst_first, .timeout = 5,
     .description =
         "SCH-TIE-001 SCH-RULE-006a: random workloads with a burst that ends at an arrival, a boost, an expiry") {
    expect_for_workloads_with(END_AND_MORE, COINCIDENCES | EXACT, slices_like_model,
                              "MLFQ ?,!;RR ?;MLFQ ?,90 boost !;MLFQ ?,?,90 cpus 2;RR ? cpus 3", APART, 1500);
    expect_for_workloads_with(END_AND_MORE, COINCIDENCES | EXACT, no_loss_at_an_end, "MLFQ ?,!;MLFQ ?,90 boost !",
                              APART, 500);
}

Test(sched_ties, always_boost_after_comers, .timeout = 5,
     .description = "SCH-TIE-005 SCH-RULE-006f: random workloads with an arrival or an I/O completion at a boost") {
    expect_chart("MLFQ 1,9 boost 6", "A(0, 1 5 3) B(0,6) C(0,3)", "ABCBBBBCABCAA");
    expect_for_workloads_with(BOOST_AND_COMER, OTHERS(BOOST_AND_COMER) | BOOST_DEEP, levels_like_model,
                              "MLFQ ?,90 boost !;MLFQ 1,? boost !;MLFQ ?,90 boost ?", BOOSTED, 3000);
}

Test(sched_ties, always_boost_after_expired_quanta, .timeout = 5,
     .description = "SCH-TIE-006: random workloads with a quantum that expires at a boost, in both profiles") {
    static const struct shape shape = {.jobs = 4, .arrival = 6, .burst = 9};
    expect_for_workloads_with(
        BOOST_AND_EXPIRED, OTHERS(BOOST_AND_EXPIRED | TWO_EXPIRED) | BOOST_DEEP, levels_like_model,
        "MLFQ ?,? boost !;MLFQ ?,? boost ?;MLFQ ?,? boost ! ostep;MLFQ ?,90 boost ! cpus 2", shape, 2000);
}

Test(sched_ties, ostep_always_boosts_the_lowest_level_first, .timeout = 5,
     .description = "SCH-TIE-009: random workloads with jobs on two levels below the first at a boost") {
    static const struct shape shape = {.jobs = 6, .arrival = 6, .burst = 20, .apart = true};
    expect_for_workloads_with(BOOST_DEEP, OTHERS(0), runs_like_model,
                              "MLFQ ?,!,90 boost 2? ostep;MLFQ ?,?,!,90 boost 2? ostep;MLFQ ?,?,90 boost 1? ostep",
                              shape, 3000);
}

Test(sched_ties, ostep_always_boosts_before_comers, .timeout = 5,
     .description = "SCH-TIE-010: random workloads with an arrival or an I/O completion at a boost") {
    expect_for_workloads_with(BOOST_AND_COMER, OTHERS(BOOST_AND_COMER) | BOOST_DEEP, levels_like_model,
                              "MLFQ ?,90 boost ! ostep;MLFQ 1,? boost ! ostep;MLFQ ?,90 boost ? ostep", BOOSTED, 3000);
}
