/* batch.c - the same jobs in four eras. */
#include "sim.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/batch.h>

static bool makes_sense(enum batch_era era, const struct batch *b) {
    if (era != BATCH_CARDS && era != BATCH_ONLINE && era != BATCH_OFFLINE && era != BATCH_MULTIPROGRAMMED)
        return false;
    if (b->setup < 0)
        return false;
    for (size_t i = 0; i < b->job_count; i++)
        if (b->jobs[i].input < 0 || b->jobs[i].compute < 1 || b->jobs[i].output < 0)
            return false;
    return true;
}

/* Lets a machine that is free from *clock on work for so many ticks, but not before a time. False: out of range. */
static bool work(int64_t *clock, int64_t from, int64_t ticks) {
    if (*clock < from)
        *clock = from;
    return add(clock, ticks);
}

/* SCH-ERA-001, SCH-ERA-002: one clock for everything. */
static bool one_after_another(const struct batch *b, bool each_set_up, int64_t *completions) {
    int64_t clock = each_set_up ? 0 : b->setup;

    for (size_t i = 0; i < b->job_count; i++) {
        const struct batch_job *j = &b->jobs[i];
        if ((each_set_up && !add(&clock, b->setup)) || !add(&clock, j->input) || !add(&clock, j->compute) ||
            !add(&clock, j->output))
            return false;
        completions[i] = clock;
    }
    return true;
}

/* SCH-ERA-003: three clocks. */
static bool pipeline(const struct batch *b, int64_t *completions) {
    int64_t reader = b->setup, cpu = 0, printer = 0;

    for (size_t i = 0; i < b->job_count; i++) {
        const struct batch_job *j = &b->jobs[i];
        if (!add(&reader, j->input) || !work(&cpu, reader, j->compute) || !work(&printer, cpu, j->output))
            return false;
        completions[i] = printer;
    }
    return true;
}

/* SCH-ERA-004: only the CPU is shared. order has room for all jobs. */
static bool all_at_once(const struct batch *b, struct ranked *order, int64_t *completions) {
    int64_t cpu = 0;

    for (size_t i = 0; i < b->job_count; i++) {
        order[i] = (struct ranked){b->setup, i};
        if (!add(&order[i].number, b->jobs[i].input))
            return false;
    }
    rank(order, b->job_count);
    for (size_t i = 0; i < b->job_count; i++) {
        const struct batch_job *j = &b->jobs[order[i].who];
        if (!work(&cpu, order[i].number, j->compute))
            return false;
        completions[order[i].who] = cpu;
        if (!add(&completions[order[i].who], j->output))
            return false;
    }
    return true;
}

static bool compute(enum batch_era era, const struct batch *b, struct ranked *order, struct batch_result *out) {
    bool fits = false;

    switch (era) {
    case BATCH_CARDS:
    case BATCH_ONLINE:
        fits = one_after_another(b, era == BATCH_CARDS, out->completions);
        break;
    case BATCH_OFFLINE:
        fits = pipeline(b, out->completions);
        break;
    case BATCH_MULTIPROGRAMMED:
        fits = all_at_once(b, order, out->completions);
        break;
    }
    for (size_t i = 0; fits && i < b->job_count; i++) { /* SCH-ERA-005 */
        fits = add(&out->busy, b->jobs[i].compute);
        if (out->elapsed < out->completions[i])
            out->elapsed = out->completions[i];
    }
    return fits;
}

/* Runs *b as in the given era. */
int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out) {
    memset(out, 0, sizeof *out);
    if (!makes_sense(era, b)) { /* SCH-ERA-006 */
        errno = EINVAL;
        return -1;
    }
    if (b->job_count == 0) {
        out->utilisation.denominator = 1;
        return 0;
    }

    int error = ENOMEM;
    struct ranked *order = calloc(b->job_count, sizeof *order);
    out->completions = calloc(b->job_count, sizeof *out->completions);
    out->job_count = b->job_count;
    if (order && out->completions)
        error = compute(era, b, order, out) ? 0 : ERANGE;
    free(order);
    if (error) {
        batch_free(out);
        errno = error;
        return -1;
    }
    out->utilisation = lowest_terms(out->busy, out->elapsed);
    return 0;
}

/* Releases what *r holds and sets it to all zero. */
void batch_free(struct batch_result *r) {
    if (!r)
        return;
    free(r->completions);
    memset(r, 0, sizeof *r);
}
