/* engine.c - ties, I/O, and runs as a whole. */
#include <stdio.h>
#include <string.h>
#include <timeslice/batch.h>

#include "support/core/descriptors.h"
#include "support/core/require.h"
#include "support/schedule/blame.h"
#include "support/schedule/every_workload.h"
#include "support/schedule/model.h"

/* ---- ties, textbook ---- */

Test(sched_ties, end_a_burst_before_anything_else, .timeout = 3,
     .description = "SCH-TIE-001: under MLFQ a job arrives at the end of a burst") {
    expect_losses("MLFQ 2,3", "A(0,3) B(3,1)", "2 A running-ready");
    expect_chart("MLFQ 2,3", "A(0, 5 2 1) B(5,1)", "AA|AAA|B|.|A");
}

Test(sched_ties, complete_io_before_arrivals, .timeout = 3,
     .description = "SCH-TIE-002: RR, where the job back from I/O has the smaller or the larger id") {
    expect_chart("RR 9", "A(0, 1 2 1) B(0,5) C(3,1)", "ABBBBBAC");
    expect_chart("RR 9", "B(0, 1 3 1) A(4,1) C(0,6)", "BCCCCCCBA");
}

Test(sched_ties, let_arrivals_precede_expired_quanta, .timeout = 3,
     .description = "SCH-TIE-003: RR with an arrival, and with an I/O completion") {
    expect_chart("RR 2", "A(0,3) B(2,1)", "AABA");
    expect_chart("RR 2", "A(0, 1 2 1) B(0,4)", "ABBABB");
}

Test(sched_ties, follow_ids_within_a_step, .timeout = 3,
     .description = "SCH-TIE-004: arrivals, I/O completions, expired quanta, ends of bursts") {
    struct schedule s;
    size_t ends = 0;
    expect_chart("RR 9", "C(0,1) A(0,1) B(0,1)", "ABC");
    expect_chart("RR 9", "B(0, 1 3 1) A(1, 1 2 1) C(1,4)", "BACCCCAB");
    expect_chart("RR 2 cpus 2", "B(0,3) A(0,3) C(0,1) D(0,1)", "AACA / BBDB");
    expect_int(run_texts("RR 9 cpus 2", "B(0,2) A(1,1)", &s), 0, "two bursts that end together");
    for (size_t i = 0; i < s.state_count; i++)
        if (s.states[i].to == SCHED_ENDED)
            expect_true(++ends != 2 || s.states[i].job == 2, "the end of A is recorded before that of B");
    schedule_free(&s);
}

Test(sched_ties, boost_after_arrivals, .timeout = 3,
     .description = "SCH-TIE-005: a boost at the instant of an arrival, and of an I/O completion") {
    expect_chart("MLFQ 2,3 boost 4", "A(0,3) B(0,2) C(4,1)", "AABBCA");
    expect_chart("MLFQ 2,3 boost 4", "C(0, 1 3 1) A(1,4)", "CAAACA");
}

Test(sched_ties, boost_after_expired_quanta, .timeout = 3,
     .description = "SCH-TIE-006: a quantum that expires at the boost, on different levels, in both profiles") {
    expect_chart("MLFQ 2,3 boost 2", "A(0,4) B(0,2)", "AABBAA");
    expect_chart("MLFQ 1,2,4 boost 4", "C(0,5) A(3,3)", "CCCAACAC"); /* A from level 1, C from level 2 */
    expect_chart("MLFQ 2,3 boost 2 ostep", "A(0,4) B(0,2)", "AABBAA");
    expect_chart("MLFQ 1,2,4 boost 4 ostep", "A(0,5) B(0,3)", "ABAAABAB"); /* A from level 2, B from level 1 */
}

/* ---- ties, ostep ---- */

Test(sched_ties, ostep_expires_before_arrivals, .timeout = 3,
     .description = "SCH-TIE-007: RR with an arrival, and with an I/O completion") {
    expect_chart("RR 2 ostep", "A(0,3) B(2,1)", "AAAB");
    expect_chart("RR 2 ostep", "A(0, 1 2 1) B(0,4)", "ABBBBA");
}

Test(sched_ties, ostep_lets_arrivals_precede_io, .timeout = 3,
     .description = "SCH-TIE-008: under RR, C arrives when A is back from I/O") {
    expect_chart("RR 9 ostep", "A(0, 1 2 1) B(0,5) C(3,1)", "ABBBBBCA");
}

Test(sched_ties, ostep_boosts_the_lowest_level_first, .timeout = 3,
     .description = "SCH-TIE-009: at the boost, C waits on level 1 and A on level 2") {
    expect_chart("MLFQ 1,2,3 boost 6 ostep", "A(0,4) B(0,2) C(0,2)", "ABCAABAC");
}

Test(sched_ties, ostep_boosts_before_arrivals, .timeout = 3,
     .description = "SCH-TIE-010: C arrives at the boost, while A waits on level 1") {
    expect_chart("MLFQ 2,3 boost 4 ostep", "A(0,3) B(0,2) C(4,1)", "AABBAC");
}

Test(sched_ties, ostep_completes_io_in_order_of_issue, .timeout = 3,
     .description = "SCH-TIE-011: two I/Os end together; first B's began earlier, then A's") {
    expect_chart("RR 9 ostep", "A(1, 1 2 1) B(0, 1 3 1) C(2,3)", "BACCCBA");
    expect_chart("RR 9 ostep", "A(0, 1 3 1) B(1, 1 2 1) C(2,3)", "ABCCCAB");
}

/* Does MLFQ have a mistake without ostep too? Then a mistake with ostep may be the same one. */
static bool textbook_is_wrong(struct sched_options o) {
    static int known = -1;
    struct dice dice = dice_for("MLFQ without ostep");
    o.ties = SCHED_TIES_TEXTBOOK;
    if (known >= 0)
        return known;
    for (int i = 0; i < 300 && known < 1; i++) {
        static struct jobs jobs;
        struct schedule s;
        jobs_random(&jobs, &dice, (struct shape){.jobs = 7, .arrival = 20, .burst = 8, .io = 6, .ios = 3});
        known = schedule_run(&jobs.workload, &o, &s) != 0 || is_another(&jobs.workload, &o, &s);
        schedule_free(&s);
    }
    return known;
}

static const char *as_mlfq_py(const struct workload *w, const struct sched_options *o, const struct schedule *s) {
    static char got[CHART_BYTES], what[2 * CHART_BYTES];
    const char *expected = model_of_mlfq_py(w, o);
    draw(s, false, got);
    if (strcmp(got, expected) == 0)
        return NULL;
    if (textbook_is_wrong(*o))
        return excuse_schedule(), NULL;
    snprintf(what, sizeof what, "a chart that differs from that of mlfq.py: %s", expected);
    return what;
}

Test(sched_ties, ostep_is_mlfq_py, .timeout = 5,
     .description = "SCH-TIE-012: random workloads with I/O and without boost, on three and four levels") {
    static const struct shape shape = {.jobs = 7, .arrival = 20, .burst = 8, .io = 6, .ios = 3};
    expect_for_every_workload(as_mlfq_py, "MLFQ 2,3,4 ostep", shape, 500);
    expect_for_every_workload(as_mlfq_py, "MLFQ 1,2,4,8 ostep", shape, 500);
}

Test(sched_ties, ostep_is_mlfq_py_with_boost, .timeout = 5,
     .description = "SCH-TIE-012: random workloads with I/O and boost, on three levels") {
    static const struct shape shape = {.jobs = 7, .arrival = 20, .burst = 8, .io = 6, .ios = 3};
    expect_for_every_workload(as_mlfq_py, "MLFQ 2,3,4 boost 10 ostep", shape, 500);
    expect_for_every_workload(as_mlfq_py, "MLFQ 1,2,1 boost 7 ostep", shape, 500);
}

/* ---- I/O ---- */

Test(sched_io, gives_the_cpu_of_a_blocked_job_away, .timeout = 3,
     .description = "SCH-IO-001: another job waits when a job blocks, under FCFS and SJF") {
    expect_chart("FCFS", "A(0, 2 4 1) B(1,2)", "AA|BB|..|A");
    expect_chart("SJF", "A(0, 2 2 1) B(1,4)", "AA|BBBB|A");
}

Test(sched_io, overlaps, .timeout = 3,
     .description = "SCH-IO-002: two I/Os at once; the later one ends last, then first") {
    expect_chart("FCFS", "A(0, 1 5 1) B(1, 1 5 1)", "AB....AB");
    expect_chart("FCFS", "A(0, 1 6 1) B(1, 1 2 1)", "AB..B..A");
}

static const char *no_cpu_idles_beside_a_ready_job(const struct workload *w, const struct sched_options *o,
                                                   const struct schedule *s) {
    static struct audit book;
    const char *wrong = audit(w, s, &book);
    for (int64_t t = 0; t < book.ticks && t < AUDIT_TICKS && !wrong; t++)
        for (size_t i = 0; i < w->job_count; i++)
            if (book.doing[i][t] == WAITING && book.running[t] < o->cpus)
                wrong = "a CPU is idle while a job is ready";
    return wrong;
}

Test(sched_io, leaves_no_cpu_idle, .timeout = 5,
     .description = "SCH-IO-003: random workloads under every policy, with 1 to 4 CPUs") {
    static const struct shape shape = {.jobs = 10, .arrival = 30, .burst = 8, .io = 9, .ios = 3};
    expect_for_every_workload(no_cpu_idles_beside_a_ready_job, NULL, shape, 600);
}

Test(sched_io, serial_holds_the_cpu, .timeout = 3,
     .description = "SCH-IO-004: FCFS with serial, on one CPU and on two CPUs") {
    expect_chart("FCFS serial", "A(0, 2 3 2) B(1,4)", "AA...AABBBB");
    expect_chart("FCFS serial cpus 2", "A(0, 1 3 1) B(1,2) C(2,1)", "A...A / .BBC.");
}

Test(sched_io, serial_lets_the_policy_choose_between_jobs, .timeout = 3,
     .description = "SCH-IO-005: SJF, HRRN, RR and MLFQ with serial") {
    expect_chart("SJF serial", "A(0,2) B(0, 3 1 1) C(0, 1 9 1)", "C.........CAABBB.B");
    expect_chart("HRRN serial", "A(0,5) B(1,3) C(2,6) D(3,1) E(4,2)", "AAAAADBBBEECCCCCC");
    expect_chart("RR 1 serial", "A(0, 3 1 2) B(0,2)", "AAA|.|AA|BB");
    expect_chart("MLFQ 1,2 boost 2 serial", "A(0,3) B(1,2)", "AAA|BB");
    expect_levels("MLFQ 1,2 boost 2 serial", "A(0,3) B(1,2)", "00000");
}

/* ---- runs ---- */

#define LONG "1000000000000000"

Test(sched_run, leaps_over_long_times, .timeout = 5,
     .description = "SCH-RUN-001: bursts, gaps, a quantum and a switch of 10^15 ticks") {
    expect_few_slices("FCFS", "A(" LONG "," LONG " " LONG " 1)", 9);
    expect_few_slices("SJF", "A(0,3) B(1," LONG ")", 9);
    expect_few_slices("HRRN", "A(0," LONG ") B(1,1)", 9);
    expect_few_slices("RR " LONG, "A(0,2000000000000000)", 9);
    expect_few_slices("MLFQ 10,20 boost 1000", "A(0, 5 " LONG " 5) B(" LONG ",5)", 9);
    expect_few_slices("FCFS cost " LONG, "A(0,2) B(1,1)", 9);
}

/* Writes the chart and the states of a schedule as text. */
static void describe(const struct schedule *s, char text[static 3 * CHART_BYTES]) {
    draw(s, true, text);
    draw_states(s, text + strlen(text), 2 * CHART_BYTES);
}

Test(sched_run, depends_on_its_arguments_alone, .timeout = 3,
     .description = "SCH-RUN-002: one workload runs twice, with another run in between") {
    static char first[3 * CHART_BYTES], again[3 * CHART_BYTES];
    struct jobs jobs, untouched;
    struct schedule s;
    struct sched_options options = options_from("MLFQ 1,2,4 boost 6");
    jobs_from(&jobs, "D(3,5) A(0, 2 2 3) C(1,4) B(0, 1 4 1)");
    jobs_from(&untouched, "D(3,5) A(0, 2 2 3) C(1,4) B(0, 1 4 1)");
    expect_int(schedule_run(&jobs.workload, &options, &s), 0, "schedule_run");
    expect_true(memcmp(jobs.bursts, untouched.bursts, sizeof jobs.bursts) == 0, "the run does not change the bursts");
    for (size_t i = 0; i < jobs.workload.job_count; i++)
        expect_true(jobs.job[i].id == untouched.job[i].id && jobs.job[i].arrival == untouched.job[i].arrival &&
                        jobs.job[i].bursts == jobs.bursts[i] && jobs.job[i].burst_count == untouched.job[i].burst_count,
                    "the run does not change job %zu of the workload", i);
    describe(&s, first);
    schedule_free(&s);
    expect_int(run_texts("RR 2 cpus 2 cost 1", "A(0,7) B(0,5) C(0,6)", &s), 0, "schedule_run of another workload");
    schedule_free(&s);
    expect_int(schedule_run(&jobs.workload, &options, &s), 0, "schedule_run of the first workload again");
    describe(&s, again);
    schedule_free(&s);
    expect_text(again, first, "the second schedule of the same workload");
}

static void run_and_draw(const char *how, const char *jobs, FILE *out) {
    struct schedule s;
    expect_int(run_texts(how, jobs, &s), 0, "%s, %s", how, jobs);
    expect_int(schedule_print_gantt(&s, out), 0, "schedule_print_gantt");
    schedule_free(&s);
    expect_true(!s.slices && !s.switches && !s.states && !s.jobs && s.slice_count == 0 && s.job_count == 0,
                "schedule_free leaves the schedule all zero");
    schedule_free(&s);
}

static void run_an_era(enum batch_era era) {
    static const struct batch_job jobs[] = {{3, 2, 1}, {1, 6, 2}};
    struct batch_result r;
    expect_int(batch_run(era, &(struct batch){jobs, 2, 4}, &r), 0, "batch_run of era %d", (int)era);
    batch_free(&r);
    expect_true(!r.completions && r.job_count == 0, "batch_free leaves the result all zero");
    batch_free(&r);
}

Test(sched_run, leaves_nothing_behind, .timeout = 5,
     .description = "SCH-RUN-003: runs, charts, eras and failed runs; each result is freed twice") {
    struct schedule s;
    FILE *out = fopen("/dev/null", "w");
    require(out != NULL, "open /dev/null");
    int before = open_descriptors();
    for (int i = 0; i < 20; i++)
        run_and_draw(options_in_turn(i), "A(0, 2 3 2) B(0,4) C(1, 1 2 3) D(2,9) E(3, 1 1 1)", out);
    run_and_draw("MLFQ 2,3 cost 2", "A(0,4) B(0,4) C(7,1)", out);
    run_and_draw("FCFS serial", "A(0, 2 3 2) B(0,4)", out);
    run_and_draw("FCFS", "", out);
    run_texts("RR 4", "A(0,9) B(9223372036854775800,100) C(1, 1 1 1)", &s); /* it overflows */
    schedule_free(&s);
    run_texts("SJF", "A(0,2) B(0,0)", &s); /* it is refused */
    schedule_free(&s);
    for (int era = BATCH_CARDS; era <= BATCH_MULTIPROGRAMMED; era++)
        run_an_era((enum batch_era)era);
    schedule_free(NULL);
    batch_free(NULL);
    expect_int(open_descriptors(), before, "open descriptors at the end");
    fclose(out);
}
