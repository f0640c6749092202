/* audit.c - goes through the slices of each job, and counts what is left of its bursts. */
#include "audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/core/require.h"

static char problem[256];

static int by_start(const void *a, const void *b) {
    const struct sched_slice *x = *(const struct sched_slice *const *)a, *y = *(const struct sched_slice *const *)b;
    return (x->start > y->start) - (x->start < y->start);
}

static void mark(unsigned char *row, int64_t from, int64_t to, enum doing doing) {
    for (int64_t t = from; t < to && t < AUDIT_TICKS; t++)
        row[t] = (unsigned char)doing;
}

static const char *complain(const struct sched_job *job, int64_t time, const char *how) {
    snprintf(problem, sizeof problem, "job %c at %" PRId64 " %s", (char)('A' + job->id - 1), time, how);
    return problem;
}

/* How far a job has come in its bursts. */
struct way {
    size_t burst;
    int64_t left, free; /* free: the time from which it may run */
    bool over;
};

static const char *follow_slice(const struct sched_job *job, const struct sched_slice *slice, struct way *way,
                                struct audit *out, size_t index) {
    unsigned char *row = out->doing[index];
    if (way->over)
        return complain(job, slice->start, "runs after its end");
    if (slice->start < way->free)
        return complain(job, slice->start, "runs before it has arrived, while it is blocked, or twice at once");
    if (slice->end <= slice->start || slice->end > AUDIT_TICKS || slice->end - slice->start > way->left)
        return complain(job, slice->start, "has an empty slice, or one longer than what is left of its burst");
    mark(row, way->free, slice->start, WAITING);
    mark(row, slice->start, slice->end, ON_CPU);
    for (int64_t t = slice->start; t < slice->end; t++)
        out->running[t]++;
    way->free = slice->end;
    way->left -= slice->end - slice->start;
    if (way->left > 0)
        return NULL;
    if (way->burst + 1 == job->burst_count) {
        way->over = true;
        return NULL;
    }
    way->free = slice->end + job->bursts[way->burst + 1];
    mark(row, slice->end, way->free, BLOCKED);
    way->burst += 2;
    way->left = job->bursts[way->burst];
    return NULL;
}

static const char *follow_job(const struct sched_job *job, const struct sched_slice **sorted, size_t count,
                              struct audit *out, size_t index) {
    struct way way = {.left = job->bursts[0], .free = job->arrival};
    for (size_t i = 0; i < count; i++) {
        const char *wrong = sorted[i]->job == job->id ? follow_slice(job, sorted[i], &way, out, index) : NULL;
        if (wrong)
            return wrong;
    }
    return way.over ? NULL : complain(job, way.free, "never runs to the end of its last burst");
}

static const char *find_two_on_a_cpu(const struct schedule *s, const struct sched_slice **sorted) {
    for (size_t i = 0; i < s->slice_count; i++)
        for (size_t j = i + 1; j < s->slice_count && sorted[j]->start < sorted[i]->end; j++)
            if (sorted[i]->cpu == sorted[j]->cpu) {
                snprintf(problem, sizeof problem, "CPU %d runs two jobs at %" PRId64, sorted[i]->cpu, sorted[j]->start);
                return problem;
            }
    return NULL;
}

const char *audit(const struct workload *w, const struct schedule *s, struct audit *out) {
    out->ticks = 0;
    memset(out->doing, 0, w->job_count * sizeof out->doing[0]);
    memset(out->running, 0, sizeof out->running);
    const struct sched_slice **sorted = calloc(s->slice_count + 1, sizeof(const struct sched_slice *));
    require(sorted != NULL, "allocate memory");
    for (size_t i = 0; i < s->slice_count; i++) {
        sorted[i] = &s->slices[i];
        if (s->slices[i].end > out->ticks)
            out->ticks = s->slices[i].end;
    }
    qsort(sorted, s->slice_count, sizeof(const struct sched_slice *), by_start);
    const char *wrong = find_two_on_a_cpu(s, sorted);
    for (size_t i = 0; i < w->job_count && !wrong; i++)
        wrong = follow_job(&w->jobs[i], sorted, s->slice_count, out, i);
    for (size_t i = 0; i < s->slice_count && !wrong; i++)
        if (s->slices[i].cpu < 0 || s->slices[i].cpu >= s->cpus)
            wrong = "a slice is on a CPU that does not exist";
    free(sorted);
    return wrong;
}

static const char *const TURNS[] = {
    "FCFS",        "SJF",         "HRRN",        "RR 2",        "MLFQ 2,3",        "MLFQ 1,2,4 boost 7",
    "FCFS cpus 2", "SJF cpus 3",  "HRRN cpus 2", "RR 3 cpus 4", "MLFQ 2,3 cpus 2", "MLFQ 1,2,4 boost 9 cpus 3",
    "RR 1 ostep",  "FCFS ostep",  "SJF ostep",   "HRRN ostep",  "MLFQ 2,4 ostep",  "MLFQ 2,2,2 boost 5 ostep cpus 2",
    "RR 2 cpus 2", "FCFS cpus 4",
};

#define TURN_COUNT (sizeof TURNS / sizeof TURNS[0])

const char *options_in_turn(int number) {
    return TURNS[(size_t)number % TURN_COUNT];
}
