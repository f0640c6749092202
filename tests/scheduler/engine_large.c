/* engine_large.c - runs with many jobs, many levels and long numbers, runs without enough memory, and what a run must
 * not do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

#include "support/core/require.h"
#include "support/core/rounds.h"
#include "support/core/written.h"
#include "support/schedule/every_workload.h"

#include <timeslice/batch.h>

/* ---- size ---- */

/* Ids that are equal in their lower 32 bits. */
#define ID(number) (((int64_t)(number) << 32) + 7)

/* All jobs arrive at 0, the last id first. The burst of number k is k % 3 + 1. */
static struct workload many_jobs(unsigned count, int64_t bursts[3]) {
    struct workload w = {calloc(count, sizeof *w.jobs), count};
    require(w.jobs != NULL, "allocate memory");
    for (unsigned i = 0; i < count; i++) {
        unsigned number = count - 1 - i;
        w.jobs[i] = (struct sched_job){ID(number), 0, &bursts[number % 3], 1};
    }
    return w;
}

/* Each job must have exactly one slice. Other tests look at the order. */
static void expect_each_once(const char *how, unsigned count) {
    int64_t bursts[] = {1, 2, 3};
    struct workload w = many_jobs(count, bursts);
    struct sched_options o = options_from(how);
    struct schedule s;
    bool *seen = calloc(count, sizeof *seen);
    size_t wrong = 0;
    require(seen != NULL, "allocate memory");
    step("schedule_run: %s, %u jobs", how, count);
    expect_int(schedule_run(&w, &o, &s), 0, "a run with many jobs under %s", how);
    expect_int(s.slice_count, count, "the number of slices under %s", how);
    for (size_t i = 0; i < count; i++) {
        int64_t number = (s.slices[i].job - 7) >> 32;
        if (number < 0 || number >= count || s.slices[i].job != ID(number) || seen[number])
            wrong++;
        else
            seen[number] = true;
    }
    expect_int(wrong, 0, "slices of jobs that are not there, or have run, under %s", how);
    expect_int(s.job_count, count, "the number of elements of jobs, under %s", how);
    schedule_free(&s);
    free(seen);
    free(w.jobs);
}

Test(sched_run, takes_many_jobs, .timeout = 5,
     .description = "SCH-RUN-001 SCH-RULE-005: three thousand jobs with long ids under FCFS, RR and MLFQ") {
    unsigned count = rounds(3000);
    expect_each_once("FCFS", count);
    expect_each_once("RR 5", count);
    expect_each_once("MLFQ 5,9", count);
}

Test(sched_run, takes_many_jobs_to_compare, .timeout = 5,
     .description = "SCH-RUN-001 SCH-RULE-005: two thousand jobs with long ids under SJF and HRRN") {
    unsigned count = rounds(2000);
    expect_each_once("SJF", count);
    expect_each_once("HRRN", count);
}

Test(sched_run, takes_many_bursts_and_cpus, .timeout = 5,
     .description = "SCH-RUN-001 SCH-RULE-005: a job with thousands of bursts, and a hundred jobs on a hundred CPUs") {
    unsigned count = rounds(20000) / 2 * 2 + 1;
    int64_t *bursts = calloc(count, sizeof *bursts), one = 1;
    require(bursts != NULL, "allocate memory");
    for (unsigned i = 0; i < count; i++)
        bursts[i] = 1 + i % 2;
    struct sched_job lone = {5, 3, bursts, count};
    struct sched_options o = options_from("SJF");
    struct schedule s;
    expect_int(schedule_run(&(struct workload){&lone, 1}, &o, &s), 0, "a job with many bursts");
    expect_int(s.slice_count, count / 2 + 1, "the number of slices");
    schedule_free(&s);
    free(bursts);
    struct sched_job jobs[100];
    for (int i = 0; i < 100; i++)
        jobs[i] = (struct sched_job){i, 0, &one, 1};
    o = options_from("FCFS cpus 100");
    expect_int(schedule_run(&(struct workload){jobs, 100}, &o, &s), 0, "a hundred jobs on a hundred CPUs");
    expect_int(s.slice_count, 100, "the number of slices");
    schedule_free(&s);
}

Test(sched_mlfq, sinks_through_64_levels, .timeout = 3,
     .description = "SCH-MLFQ-002 SCH-MLFQ-002a: a job on the greatest number of levels") {
    struct jobs jobs;
    struct schedule s;
    struct sched_options o = options_from("MLFQ 1");
    for (int level = 0; level < SCHED_LEVELS_MAX; level++)
        o.levels[level] = 1 + level % 3;
    o.level_count = SCHED_LEVELS_MAX;
    jobs_from(&jobs, "A(0,127)");
    expect_int(schedule_run(&jobs.workload, &o, &s), 0, "64 levels");
    expect_int(s.slice_count, SCHED_LEVELS_MAX, "the job has one slice at each level");
    for (size_t i = 0; i < s.slice_count; i++)
        expect_true(s.slices[i].level == (int)i && s.slices[i].end - s.slices[i].start == 1 + (int64_t)i % 3,
                    "slice %zu: its level and its length", i);
    schedule_free(&s);
}

Test(sched_run, cost_nothing_in_gaps_and_bursts, .timeout = 5,
     .description = "SCH-RUN-001 SCH-RUN-001a SCH-RUN-001b: gaps with boosts at each tick, on several CPUs too") {
    expect_few_slices("MLFQ 5,9 boost 1", "A(1000000000000000,2) B(3000000000000000,1)", 9);
    expect_few_slices("MLFQ 1000000000000000 boost 2000000000000000", "A(0,1500000000000000)", 9);
    expect_few_slices("RR 4000000000000000 cpus 3", "A(0, 1000000000000000 1000000000000000 5) B(5,2000000000000000)",
                      9);
    expect_few_slices("SJF ostep", "A(0, 1 5000000000000000 1) B(2000000000000000, 1 1000000000000000 1)", 9);
}

/* ---- overflow ---- */

#define MAX "9223372036854775807"

static const char *const FITS[][3] = {
    {"RR " MAX, "A(1,3) B(2,4)", "A 1-4, B 4-8"},
    {"RR 100", "A(9223372036854775800,7)", "A 9223372036854775800-" MAX},
    {"MLFQ " MAX "," MAX, "A(1,3) B(2,4)", "A 1-4, B 4-8"},
    {"MLFQ 2," MAX, "A(1,3)", "A 1-3, A 3-4"},
    {"MLFQ 9 boost " MAX, "A(1,3)", "A 1-4"},
    {"MLFQ 9 boost 4611686018427387904", "A(9223372036854775800,3)", "A 9223372036854775800-9223372036854775803"},
    {"FCFS cost " MAX, "A(1,3)", "A 1-4"},
    {"FCFS cost " MAX " cpus 2", "A(1,3) B(2,1)", "A 1-4, B 2-3 cpu 1"},
    {"FCFS", "A(9223372036854775806,1)", "A 9223372036854775806-" MAX},
    {"FCFS", "A(0, 1 9223372036854775805 1)", "A 0-1, A 9223372036854775806-" MAX},
    {"HRRN", "A(9223372036854775800,2) B(9223372036854775801,3)",
     "A 9223372036854775800-9223372036854775802, B 9223372036854775802-9223372036854775805"},
};

static const char *const OVERFLOWS[][2] = {
    {"SJF", "A(9223372036854775800,100)"},
    {"HRRN", "A(9223372036854775800,100)"},
    {"RR 7", "A(9223372036854775800,8)"},
    {"MLFQ 3,9", "A(9223372036854775800,8)"},
    {"FCFS serial", "A(0, 1 9223372036854775807 1)"},
    {"FCFS", "A(" MAX ",1)"},
    {"FCFS", "A(9223372036854775800, 3 3 3)"},
    {"FCFS", "A(0, 4611686018427387904 1 4611686018427387904)"},
    {"FCFS", "A(9223372036854775800,4) B(9223372036854775801,4)"},
    {"FCFS cost 5", "A(9223372036854775800,2) B(9223372036854775801,1)"},
    {"FCFS cpus 3", "A(0,3074457345618258603)"},
    {"FCFS cpus 2147483647", "A(0,4294967299)"},
    {"FCFS cpus 2", "A(0,4611686018427387904) B(0,4611686018427387904)"},
    {"SJF", "A(0,1) B(0,3074457345618258603) C(0,3074457345618258604)"},
};

static bool is_all_zero(const struct schedule *s) {
    const struct sched_totals none = {0};
    return s->cpus == 0 && !s->slices && s->slice_count == 0 && !s->switches && s->switch_count == 0 && !s->states &&
           s->state_count == 0 && !s->jobs && s->job_count == 0 && memcmp(&s->totals, &none, sizeof none) == 0;
}

Test(
    sched_totals, take_every_time_that_fits, .timeout = 3,
    .description = "SCH-MET-008a SCH-MET-008c: quanta, boosts and costs of INT64_MAX, and runs that end at INT64_MAX") {
    for (size_t i = 0; i < sizeof FITS / sizeof FITS[0]; i++)
        expect_slices(FITS[i][0], FITS[i][1], FITS[i][2]);
}

Test(sched_totals, refuse_every_overflow, .timeout = 3,
     .description =
         "SCH-MET-008 SCH-MET-008b SCH-RULE-002a: each time and each sum, under each policy, with many CPUs") {
    struct schedule s;
    for (size_t i = 0; i < sizeof OVERFLOWS / sizeof OVERFLOWS[0]; i++) {
        expect_error(run_texts(OVERFLOWS[i][0], OVERFLOWS[i][1], &s), ERANGE, "%s, %s", OVERFLOWS[i][0],
                     OVERFLOWS[i][1]);
        expect_true(is_all_zero(&s), "*out is all zero after %s, %s", OVERFLOWS[i][0], OVERFLOWS[i][1]);
    }
    expect_int(run_texts("FCFS cpus 2147483647", "A(0,4294967298)", &s), 0, "cpus * makespan just below the limit");
    schedule_free(&s);
}

/* ---- what a run must not do ---- */

static void call_everything(char *text) {
    static const struct batch_job job = {1, 1, 1};
    struct schedule s;
    struct workload w;
    struct batch_result r;
    struct parse_error e;
    FILE *in = fmemopen(text, strlen(text), "r"), *out = fopen("/dev/null", "w");
    require(in && out, "open streams");
    if (run_texts("MLFQ 1,2 boost 5 cost 1 cpus 2", "A(0, 2 3 1) B(0,4) C(1,7)", &s) == 0) {
        schedule_print_gantt(&s, out);
        schedule_free(&s);
    }
    if (run_texts("RR 0", "A(0,1)", &s) == 0)
        schedule_free(&s);
    if (run_texts("FCFS", "A(9223372036854775800,100)", &s) == 0)
        schedule_free(&s);
    if (workload_read(in, &w, &e) == 0)
        workload_free(&w);
    if (batch_run(BATCH_OFFLINE, &(struct batch){&job, 1, 1}, &r) == 0)
        batch_free(&r);
    if (batch_run(BATCH_CARDS, &(struct batch){&job, 1, -1}, &r) == 0)
        batch_free(&r);
    fclose(in);
    fclose(out);
}

Test(sched_run, prints_nothing, .timeout = 3,
     .description =
         "SCH-RUN-002 SCH-RULE-002b SCH-RULE-002c: all functions, also with errors, while a file takes the output") {
    char right[] = "id,arrival,bursts\n1,0,3\n", wrong[] = "id,arrival,bursts\n1,0,x\n";
    struct stat info;
    expect_written(schedule_run(&(struct workload){0}, &(struct sched_options){0}, &(struct schedule){0}));
    FILE *all = tmpfile();
    fflush(NULL);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    require(all && out >= 0 && err >= 0, "open files");
    dup2(fileno(all), STDOUT_FILENO);
    dup2(fileno(all), STDERR_FILENO);
    call_everything(right);
    call_everything(wrong);
    fflush(NULL);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    require(fstat(fileno(all), &info) == 0, "look at the file");
    fclose(all);
    expect_int(info.st_size, 0, "the number of bytes that the functions printed");
}

Test(sched_run, does_not_need_the_workload_later, .timeout = 3,
     .description = "SCH-RUN-002a SCH-RUN-002: the workload is overwritten before anybody looks at the schedule") {
    static char first[CHART_BYTES];
    struct jobs jobs;
    struct schedule s;
    struct sched_options o = options_from("SJF");
    int64_t completion = 0;
    for (int again = 0; again < 2; again++) {
        jobs_from(&jobs, "A(0, 2 1 2) B(1,4)");
        expect_int(schedule_run(&jobs.workload, &o, &s), 0, "schedule_run");
        if (again) {
            memset(&jobs, 0xee, sizeof jobs);
            expect_drawing(&s, first, "the chart after the workload is gone");
            expect_true(s.job_count == 2 && s.jobs[0].completion == completion, "the figures are still there");
        }
        draw(&s, false, first);
        completion = s.job_count == 2 ? s.jobs[0].completion : -1;
        schedule_free(&s);
    }
}

Test(
    sched_run, keeps_nothing_between_calls, .timeout = 3,
    .description = "SCH-RUN-002 SCH-RULE-004: an error or another call does not change the next result of a function") {
    static const struct batch_job two[] = {{3, 2, 1}, {1, 6, 2}};
    struct batch_result r;
    struct workload w;
    struct schedule s, later;
    static char chart[CHART_BYTES];
    int64_t elapsed = 0;
    char wrong[] = "id,arrival,bursts\n1,0,3 2\n", right[] = "id,arrival,bursts\n4,0,3\n";
    for (int i = 0; i < 3; i++) {
        FILE *first = fmemopen(wrong, sizeof wrong - 1, "r"), *second = fmemopen(right, sizeof right - 1, "r");
        require(first && second, "open streams");
        if (run_texts("RR 0", "A(0,1)", &s) == 0)
            schedule_free(&s);
        expect_int(run_texts("RR 2", "A(0,3) B(0,2)", &s), 0, "RR after an error");
        if (i == 0)
            draw(&s, false, chart);
        expect_int(run_texts("FCFS", "C(1,2)", &later), 0, "FCFS while the other schedule is still there");
        expect_drawing(&s, chart, "the first schedule after the second run");
        schedule_free(&later);
        expect_drawing(&s, chart, "the first schedule after the second is freed");
        schedule_free(&s);
        if (workload_read(first, &w, NULL) == 0)
            workload_free(&w);
        expect_int(workload_read(second, &w, NULL), 0, "a right file after a wrong one");
        expect_true(w.job_count == 1 && w.jobs[0].id == 4, "the job of the right file");
        workload_free(&w);
        expect_int(batch_run(BATCH_ONLINE, &(struct batch){two, 2, 4}, &r), 0, "batch_run");
        elapsed = i == 0 ? r.elapsed : elapsed;
        expect_int(r.elapsed, elapsed, "elapsed, each time the same");
        batch_free(&r);
        fclose(first);
        fclose(second);
    }
}

/* ---- memory ---- */

extern void __asan_init(void) __attribute__((weak));

/* Does the limit on memory work here? Valgrind and sanitizers have their own memory. */
static bool memory_has_limits(void) {
    return !RUNNING_ON_VALGRIND && !__asan_init;
}

static rlim_t memory_now(void) {
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    require(statm && fscanf(statm, "%lu", &pages) == 1, "read the size of the process");
    fclose(statm);
    return pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* This workload has more slices than fit in memory. */
Test(sched_run, survives_a_lack_of_memory, .timeout = 5,
     .description =
         "SCH-RUN-003 SCH-RUN-003a SCH-RULE-002d: a run of 10^12 slices with a limit on memory, and one after it") {
    struct rlimit old, low;
    struct schedule s;
    memset(&s, 0, sizeof s);
    int done = -1, error = ENOMEM;
    require(getrlimit(RLIMIT_AS, &old) == 0, "read the limit on memory");
    if (memory_has_limits()) {
        low = old;
        low.rlim_cur = memory_now() + (80UL << 20);
        require(setrlimit(RLIMIT_AS, &low) == 0, "set the limit on memory");
        done = run_texts("RR 1", "A(0,1000000000000) B(0,1000000000000)", &s);
        error = errno;
        require(setrlimit(RLIMIT_AS, &old) == 0, "set the old limit on memory again");
    }
    expect_int(done, -1, "a run that needs more memory than there is");
    expect_int(error, ENOMEM, "its errno");
    expect_true(is_all_zero(&s), "*out is all zero after the error");
    expect_int(run_texts("RR 2", "A(0,3)", &s), 0, "a run after that");
    schedule_free(&s);
}

Test(sched_run, frees_twice_and_takes_null, .timeout = 3,
     .description =
         "SCH-RUN-003b SCH-RUN-003c: both functions that free, after success, after an error, and with NULL") {
    static const struct batch_job one = {1, 1, 1};
    struct schedule s;
    struct batch_result r;
    expect_int(run_texts("FCFS cost 1", "A(0,1) B(1,1)", &s), 0, "schedule_run");
    schedule_free(&s);
    expect_true(is_all_zero(&s), "schedule_free leaves the struct all zero");
    schedule_free(&s);
    expect_error(run_texts("FCFS", "A(0,0)", &s), EINVAL, "a burst of 0");
    schedule_free(&s);
    schedule_free(&s);
    schedule_free(NULL);
    expect_int(batch_run(BATCH_CARDS, &(struct batch){&one, 1, 1}, &r), 0, "batch_run");
    batch_free(&r);
    expect_true(!r.completions && r.job_count == 0 && r.elapsed == 0 && r.busy == 0 && r.utilisation.numerator == 0 &&
                    r.utilisation.denominator == 0,
                "batch_free leaves the struct all zero");
    batch_free(&r);
    batch_free(NULL);
    expect_error(batch_run(BATCH_CARDS, &(struct batch){&one, 1, -1}, &r), EINVAL, "a set-up of -1");
    batch_free(&r);
}
