/* batch.c - runs the same jobs in four eras. Each era is a few lines that say what waits for what. */
#include <timeslice/batch.h>

#include "fraction.h"
#include "ticks.h"

#include <errno.h>
#include <stdlib.h>

static bool is_sound(enum batch_era era, const struct batch *b) {
    bool sound = era >= BATCH_CARDS && era <= BATCH_MULTIPROGRAMMED && b->setup >= 0;
    for (size_t i = 0; sound && i < b->job_count; i++)
        sound = b->jobs[i].input >= 0 && b->jobs[i].compute >= 1 && b->jobs[i].output >= 0;
    return sound;
}

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* One machine does everything, one thing after another. SCH-ERA-001 SCH-ERA-002 */
static bool one_by_one(const struct batch *b, int64_t setup_each, int64_t now, int64_t *completions) {
    for (size_t i = 0; i < b->job_count; i++) {
        const struct batch_job *j = &b->jobs[i];
        if (!ticks_add(now, setup_each, &now) || !ticks_add(now, j->input, &now) || !ticks_add(now, j->compute, &now) ||
            !ticks_add(now, j->output, &now))
            return false;
        completions[i] = now;
    }
    return true;
}

/* Three machines. Each takes the jobs in order. SCH-ERA-003 */
static bool pipeline(const struct batch *b, int64_t start, int64_t *completions) {
    int64_t reader = start, cpu = start, printer = start; /* when each is free */
    for (size_t i = 0; i < b->job_count; i++) {
        const struct batch_job *j = &b->jobs[i];
        if (!ticks_add(reader, j->input, &reader) || !ticks_add(later(reader, cpu), j->compute, &cpu) ||
            !ticks_add(later(cpu, printer), j->output, &printer))
            return false;
        completions[i] = printer;
    }
    return true;
}

static int by_input(const void *a, const void *b) {
    const struct batch_job *x = *(const struct batch_job *const *)a, *y = *(const struct batch_job *const *)b;
    if (x->input != y->input)
        return x->input < y->input ? -1 : 1;
    return (x > y) - (x < y);
}

/* All devices work at once. The one CPU computes the jobs in the order in which they were read. SCH-ERA-004 */
static bool multiprogrammed(const struct batch *b, int64_t start, int64_t *completions) {
    const struct batch_job **order = calloc(b->job_count ? b->job_count : 1, sizeof(const struct batch_job *));
    if (!order)
        return false;
    for (size_t i = 0; i < b->job_count; i++)
        order[i] = &b->jobs[i];
    qsort(order, b->job_count, sizeof(const struct batch_job *), by_input);
    int64_t cpu = start, ready;
    bool fits = true;
    for (size_t i = 0; fits && i < b->job_count; i++)
        fits = ticks_add(start, order[i]->input, &ready) && ticks_add(later(ready, cpu), order[i]->compute, &cpu) &&
               ticks_add(cpu, order[i]->output, &completions[order[i] - b->jobs]);
    free(order);
    return fits;
}

static bool complete_all(enum batch_era era, const struct batch *b, int64_t *completions) {
    switch (era) {
    case BATCH_CARDS:
        return one_by_one(b, b->setup, 0, completions);
    case BATCH_ONLINE:
        return one_by_one(b, 0, b->setup, completions);
    case BATCH_OFFLINE:
        return pipeline(b, b->setup, completions);
    case BATCH_MULTIPROGRAMMED:
        return multiprogrammed(b, b->setup, completions);
    }
    return false;
}

/* SCH-ERA-005 */
static bool sum_up(const struct batch *b, struct batch_result *r) {
    for (size_t i = 0; i < b->job_count; i++) {
        r->elapsed = later(r->elapsed, r->completions[i]);
        if (!ticks_add(r->busy, b->jobs[i].compute, &r->busy))
            return false;
    }
    r->utilisation = r->elapsed > 0 ? fraction_of(r->busy, r->elapsed) : (struct sched_fraction){0, 1};
    return true;
}

/* SCH-ERA-006 SCH-FAULT-001 */
int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out) {
    *out = (struct batch_result){0};
    if (!is_sound(era, b)) {
        errno = EINVAL;
        return -1;
    }
    out->job_count = b->job_count;
    out->completions = calloc(b->job_count ? b->job_count : 1, sizeof *out->completions);
    if (out->completions && complete_all(era, b, out->completions) && sum_up(b, out))
        return 0;
    int error = errno;
    batch_free(out);
    errno = error;
    return -1;
}

void batch_free(struct batch_result *r) {
    if (!r)
        return;
    free(r->completions);
    *r = (struct batch_result){0};
}
