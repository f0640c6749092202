/* hrrn.c - highest response ratio next. */
#include "support/core/rounds.h"
#include "support/schedule/every_workload.h"
#include "support/schedule/history.h"

Test(sched_hrrn, runs_the_highest_ratio_first, .timeout = 3,
     .description = "SCH-HRRN-001: the five jobs of the chapter, then four other jobs") {
    expect_chart("HRRN", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "AAAAADBBBEECCCCCC");
    expect_chart("HRRN", "A(0,4) B(1,6) C(3,1) D(4,9)", "AAAACBBBBBBDDDDDDDDD");
}

__extension__ typedef __int128 wide;

/* Positive if the ratio of a is larger. */
static int by_ratio(const struct past *a, const struct past *b, int64_t time) {
    wide ours = (wide)(time - a->since) * b->next, theirs = (wide)(time - b->since) * a->next;
    return (ours > theirs) - (ours < theirs);
}

static bool has_the_higher_ratio(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    (void)ties;
    return by_ratio(a, b, time) > 0;
}

static bool is_equal_and_before(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties) {
    return by_ratio(a, b, time) == 0 && stands_before(a, b, ties);
}

static const char *highest_first(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return each_choice_is_right(w, o, s, has_the_higher_ratio) ? NULL
                                                               : "a job runs although another one has a higher ratio";
}

static const char *equal_in_order(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    return each_choice_is_right(w, o, s, is_equal_and_before)
               ? NULL
               : "a job runs although another one with an equal ratio became ready before it";
}

Test(sched_hrrn, never_passes_over_a_higher_ratio, .timeout = 5,
     .description = "SCH-HRRN-001: random workloads without I/O on one and two CPUs") {
    static const struct shape shape = {.jobs = 14, .arrival = 50, .burst = 12};
    expect_for_every_workload(highest_first, "HRRN;HRRN cpus 2;HRRN ostep", shape, 600);
}

Test(sched_hrrn, never_cuts_a_burst, .timeout = 5,
     .description = "SCH-HRRN-001a: random workloads with I/O, also with switch cost, serial and several CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 20, .burst = 9, .io = 6, .ios = 3};
    expect_for_every_workload(each_burst_is_one_slice, "HRRN;HRRN ostep;HRRN cost 2;HRRN serial cpus 2;HRRN cpus 3",
                              shape, 300);
}

Test(sched_hrrn, waits_anew_after_each_io, .timeout = 5,
     .description = "SCH-HRRN-004 SCH-HRRN-004a: random workloads with I/O on one and two CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 30, .burst = 9, .io = 9, .ios = 3};
    expect_for_every_workload(highest_first, "HRRN;HRRN cpus 2;HRRN ostep", shape, 400);
}

Test(
    sched_hrrn, keeps_the_order_of_equal_ratios, .timeout = 5,
    .description = "SCH-HRRN-005 SCH-HRRN-005a SCH-RULE-007a: random workloads with few lengths, on one and two CPUs") {
    static const struct shape shape = {.jobs = 8, .arrival = 9, .burst = 2, .io = 5, .ios = 3};
    expect_chart("HRRN", "I(0, 1 2 2) B(1,3) D(3,2)", "IBBBIIDD");
    expect_for_every_workload(equal_in_order, "HRRN;HRRN cpus 2", shape, 500);
}

/* Two jobs, of which one has the higher ratio after its wait. */
struct pair {
    int64_t length[2], wait[2];
    bool first; /* the first has the higher ratio */
};

/* Both wait while a long job runs. All arrive after `late`. Returns whether the right one runs second. */
static bool chooses_right(const struct pair *p, int64_t late) {
    struct jobs jobs = {.workload = {jobs.job, 3}};
    struct schedule s;
    struct sched_options o = options_from("HRRN");
    int64_t until = p->wait[0] > p->wait[1] ? p->wait[0] : p->wait[1];
    for (size_t k = 0; k < 3; k++) {
        jobs.bursts[k][0] = k ? p->length[k - 1] : until + 1;
        jobs.job[k] =
            (struct sched_job){(int64_t)k + 1, k ? late + until + 1 - p->wait[k - 1] : late, jobs.bursts[k], 1};
    }
    if (schedule_run(&jobs.workload, &o, &s) != 0) {
        step("schedule_run fails for %s", jobs_text(&jobs));
        return false;
    }
    bool right = s.slice_count == 3 && s.slices[1].job == (p->first ? 2 : 3);
    schedule_free(&s);
    if (!right)
        step("another job must run second: %s", jobs_text(&jobs));
    return right;
}

/* The ratios are nearly equal: each wait is its length times the same number, and a little more. If the jobs arrive
 * late, their lengths are nearly equal too. */
static struct pair near_pair(struct dice *dice, unsigned bits, int64_t late) {
    struct pair p;
    int64_t factor = 1 + dice_below(dice, 3);
    for (int k = 0; k < 2; k++) {
        p.length[k] = 1 + (int64_t)(dice_roll(dice) >> (64 - bits)) / 4 * 4;
        if (k > 0 && late > 0)
            p.length[k] = p.length[0] + 1 + dice_below(dice, 9);
        p.wait[k] = p.length[k] * factor + dice_below(dice, 4);
    }
    p.first = (wide)p.wait[0] * p.length[1] > (wide)p.wait[1] * p.length[0];
    return p;
}

/* The winner of a near pair wins clearly here, and the job with the shorter burst or the longer wait is the same. */
static struct pair clear_pair(const struct pair *near) {
    int winner = near->first ? 0 : 1, other = 1 - winner;
    struct pair p = {.first = near->first};
    if (near->length[winner] < near->length[other]) {
        p.length[winner] = 10, p.wait[winner] = 50;
        p.length[other] = 100, p.wait[other] = 60;
    } else {
        p.length[winner] = 100, p.wait[winner] = 500;
        p.length[other] = 10, p.wait[other] = 10;
    }
    return p;
}

static void expect_exact_choice(struct pair near, const char *what) {
    struct pair clear = clear_pair(&near);
    expect_true(chooses_right(&near, 0) || !chooses_right(&clear, 0), "the choice is exact: %s", what);
}

/* A choice says something about exactness only if the same choice is right when the ratios are clear. */
static void expect_exact_choices(unsigned bits, int64_t late, unsigned count, const char *what) {
    struct dice dice = dice_for(what);
    unsigned last = rounds(count), wrong = 0, right = 0;
    for (unsigned i = 0; i < last; i++) {
        struct pair near = near_pair(&dice, bits, late), clear = clear_pair(&near);
        bool equal = (wide)near.wait[0] * near.length[1] == (wide)near.wait[1] * near.length[0];
        if (equal || near.length[0] == near.length[1])
            continue;
        if (chooses_right(&near, late))
            right++;
        else if (chooses_right(&clear, 0))
            wrong++;
    }
    expect_int(wrong, 0, "wrong choices between ratios that are nearly equal, %s", what);
    expect_true(right > 0, "there are right choices, %s", what);
}

Test(sched_hrrn, compares_near_ratios_exactly, .timeout = 5,
     .description = "SCH-HRRN-002: random pairs of ratios that are nearly equal, with products below 2^62") {
    expect_exact_choices(8, 0, 300, "lengths of 8 bits");
    expect_exact_choices(28, 0, 300, "lengths of 28 bits");
}

Test(sched_hrrn, compares_near_ratios_of_long_times, .timeout = 5,
     .description = "SCH-HRRN-003: random pairs of ratios that are nearly equal, with products up to 2^116") {
    expect_exact_choices(40, 0, 300, "lengths of 40 bits");
    expect_exact_choices(56, 0, 300, "lengths of 56 bits");
}

Test(sched_hrrn, compares_near_ratios_at_late_times, .timeout = 5,
     .description = "SCH-HRRN-003: random jobs that arrive after 2^60, and whose lengths differ little") {
    expect_exact_choices(20, INT64_C(1) << 60, 300, "lengths of 20 bits, after 2^60");
    expect_exact_choices(40, INT64_C(1) << 60, 300, "lengths of 40 bits, after 2^60");
}

Test(sched_hrrn, compares_exactly, .timeout = 3,
     .description = "SCH-HRRN-002: 4/3 and 3/2, 9/4 and 7/3, and two ratios that are equal as floats") {
    expect_exact_choice((struct pair){{3, 2}, {1, 1}, false}, "4/3 and 3/2");
    expect_exact_choice((struct pair){{4, 3}, {5, 4}, false}, "9/4 and 7/3");
    /* The ratios are near 1 + 2^-31. As floats both are 1, and the first became ready first. */
    expect_exact_choice((struct pair){{2147483649, 2147483648}, {2147483650, 2147483649}, false}, "equal as floats");
}

/* With n = 2^40 the products are n^2 + 2n and one more. They do not fit in 64 bits, and a double is not exact enough.
 * In the second pair the products are 2^72 and 2^81. In 64 bits both are 0. */
Test(sched_hrrn, compares_beyond_64_bits, .timeout = 3,
     .description = "SCH-HRRN-003: products near 2^80, products that are 0 in 64 bits, and larger ones") {
    const int64_t n = INT64_C(1) << 40, large = INT64_C(100000000000000000);
    expect_exact_choice((struct pair){{n + 1, n}, {n + 2, n + 1}, false}, "products near 2^80");
    expect_exact_choice((struct pair){{n, n >> 10}, {n << 2, n << 1}, false}, "products that are 0 in 64 bits");
    expect_exact_choice((struct pair){{2 * large + 1, 2 * large}, {3 * large - 1, 3 * large - 2}, false}, "long jobs");
}

Test(sched_hrrn, counts_waiting_from_when_the_job_became_ready, .timeout = 3,
     .description = "SCH-HRRN-004: A is back from I/O while C waits") {
    expect_chart("HRRN", "A(0, 1 3 4) B(0,8) C(2,5)", "ABBBBBBBBCCCCCAAAA");
}

Test(sched_hrrn, runs_equal_ratios_in_order_of_becoming_ready, .timeout = 3,
     .description = "SCH-HRRN-005: equal ratios of jobs that arrived apart, and together") {
    expect_chart("HRRN", "A(0,6) B(4,1) C(2,2)", "AAAAAACCB");
    expect_chart("HRRN", "A(0,1) C(0,2) B(0,2)", "ABBCC");
}
