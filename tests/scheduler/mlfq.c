/* mlfq.c - the multi-level feedback queue. */
#include "support/schedule/every_workload.h"

Test(sched_mlfq, lets_jobs_enter_at_the_tail_of_the_top, .timeout = 3,
     .description = "SCH-MLFQ-001: B and C arrive while A runs, C before B") {
    expect_chart("MLFQ 4,8", "A(0,4) B(2,2) C(1,2)", "AAAACCBB");
    expect_levels("MLFQ 4,8", "A(0,4) B(2,2) C(1,2)", "00000000");
}

Test(sched_mlfq, lets_a_job_sink_when_its_quantum_is_used_up, .timeout = 3,
     .description = "SCH-MLFQ-002: two jobs sink through three levels") {
    expect_chart("MLFQ 1,2,4", "A(0,6) B(0,4)", "A|B|AA|BB|AAA|B");
    expect_levels("MLFQ 1,2,4", "A(0,6) B(0,4)", "0011112222");
}

Test(sched_mlfq, repeats_the_last_level, .timeout = 3,
     .description = "SCH-MLFQ-003: two jobs on two levels, and a lone job on one level") {
    expect_chart("MLFQ 1,2", "A(0,7) B(0,5)", "A|B|AA|BB|AA|BB|AA");
    expect_levels("MLFQ 1,2", "A(0,7) B(0,5)", "001111111111");
    expect_chart("MLFQ 3", "A(0,7)", "AAA|AAA|A");
}

Test(sched_mlfq, runs_a_level_while_those_above_are_empty, .timeout = 3,
     .description = "SCH-MLFQ-004 SCH-MLFQ-004a: the five jobs of the chapter, with the quanta 2 and 4") {
    expect_chart("MLFQ 2,4", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "AABBCCDEEAAABCCCC");
    expect_levels("MLFQ 2,4", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "00000000011111111");
}

/* Without a boost, the level of a job depends only on how long it has run. */
static int level_after(const struct sched_options *o, int64_t ran) {
    int level = 0;
    while (level + 1 < o->level_count && ran >= o->levels[level])
        ran -= o->levels[level++];
    return level;
}

static const char *nobody_above_waits(const struct workload *w, const struct sched_options *o,
                                      const struct schedule *s) {
    static struct audit book;
    int64_t ran[JOBS_MAX] = {0};
    const char *wrong = audit(w, s, &book);
    for (int64_t t = 0; t < book.ticks && t < AUDIT_TICKS && !wrong; t++) {
        int top = SCHED_LEVELS_MAX, running = -1;
        for (size_t i = 0; i < w->job_count; i++) {
            int level = level_after(o, ran[i]);
            if (book.doing[i][t] == WAITING && level < top)
                top = level;
            if (book.doing[i][t] == ON_CPU) {
                running = level;
                ran[i]++;
            }
        }
        if (running > top)
            wrong = "a level runs while a job on a higher level is ready";
    }
    return wrong;
}

Test(sched_mlfq, never_runs_a_level_below_a_ready_job, .timeout = 5,
     .description = "SCH-MLFQ-004: random workloads, on three and four levels") {
    static const struct shape shape = {.jobs = 8, .arrival = 30, .burst = 9, .io = 6, .ios = 2};
    expect_for_every_workload(nobody_above_waits, "MLFQ 2,3,4", shape, 500);
    expect_for_every_workload(nobody_above_waits, "MLFQ 1,2,4,8", shape, 500);
}

Test(sched_mlfq, preempts_for_an_arrival_above, .timeout = 3,
     .description = "SCH-MLFQ-005: B arrives while A runs at level 1, and while A runs at level 0") {
    expect_chart("MLFQ 2,9", "A(0,5) B(3,1)", "AA|A|B|AA");
    expect_chart("MLFQ 4,4", "A(0,3) B(1,1)", "AAA|B");
}

Test(sched_mlfq, puts_the_preempted_job_at_the_head, .timeout = 3,
     .description = "SCH-MLFQ-006: C preempts A, while B waits on the level of A") {
    expect_chart("MLFQ 2,3", "A(0,4) B(1,3) C(5,1)", "AABBACAB");
}

Test(sched_mlfq, keeps_the_quantum_of_a_preempted_job, .timeout = 3,
     .description = "SCH-MLFQ-007: C preempts B after 1 of 3 ticks") {
    expect_chart("MLFQ 2,3", "A(0,1) B(1,6) C(4,3)", "ABBBCCBBCB");
}

Test(sched_mlfq, takes_a_job_back_from_io_at_its_levels_tail, .timeout = 3,
     .description = "SCH-MLFQ-008: A comes back above the running job, and to a level where others wait") {
    expect_chart("MLFQ 2,8", "A(0, 1 3 1) B(1,6)", "ABBBABBB");
    expect_chart("MLFQ 1,4", "A(0, 2 2 1) B(0,3) C(0,2)", "ABCABBCA");
}

Test(sched_mlfq, keeps_the_quantum_during_io, .timeout = 3,
     .description = "SCH-MLFQ-009: A uses its quantum of 2 in two bursts of 1") {
    expect_chart("MLFQ 2,3", "A(0, 1 2 1 2 1) B(1,5)", "ABBABBBA");
}

Test(sched_mlfq, counts_a_quantum_that_ends_with_the_burst, .timeout = 3,
     .description = "SCH-MLFQ-010: bursts of 2 ticks before I/O, with a quantum of 2") {
    expect_chart("MLFQ 2,3", "A(0,5) B(1, 2 2 1)", "AABBAAAB");
    expect_levels("MLFQ 2,3", "A(0, 2 2 3 1 1)", "00..111.1");
    expect_chart("MLFQ 2,3", "A(0, 2 2 4)", "AA|..|AAA|A");
}

Test(sched_mlfq, boosts_at_every_multiple_of_the_period, .timeout = 3,
     .description = "SCH-MLFQ-011: two jobs and up to four boosts; quanta that are partly used") {
    expect_chart("MLFQ 1,8 boost 4", "A(0,6) B(0,3)", "ABAAABAAB");
    expect_levels("MLFQ 1,8 boost 4", "A(0,6) B(0,3)", "001100110");
    expect_chart("MLFQ 3,4 boost 8", "A(0,12) B(6,6)", "AAAAAABBBBBAAABAAA"); /* A had 1 tick left at level 1 */
    expect_chart("MLFQ 2,9 boost 5", "A(0,12) B(0,9)", "AABBAAABBAAABBAAABBAB");
}

Test(sched_mlfq, boosts_higher_levels_first, .timeout = 3,
     .description = "SCH-MLFQ-012: at the boost, C waits on level 1 and A on level 2") {
    expect_chart("MLFQ 1,2,3 boost 6", "A(0,4) B(0,2) C(0,2)", "ABCAABCA");
}

Test(sched_mlfq, boosts_the_running_job_to_the_head, .timeout = 3,
     .description = "SCH-MLFQ-013: a running job at level 1, at level 0, and with another job waiting") {
    expect_chart("MLFQ 2,3 boost 4", "A(0,7)", "AA|AA|AA|A");
    expect_levels("MLFQ 2,3 boost 4", "A(0,7)", "0011001");
    expect_chart("MLFQ 9 boost 2", "A(0,5)", "AA|AA|A");
    expect_chart("MLFQ 3,9 boost 7", "A(0,12) B(0,4)", "AAA|BBB|A|AAA|B|AAA|AA");
}

Test(sched_mlfq, boosts_blocked_jobs, .timeout = 3,
     .description = "SCH-MLFQ-014: a job of level 1, then of level 0, is in I/O at the boost") {
    expect_levels("MLFQ 1,8 boost 4", "A(0, 2 3 2)", "01...01");
    expect_levels("MLFQ 2,8 boost 4", "A(0, 1 4 3)", "0....001");
}
