/* batch.c - a machine (reader, CPU, printer) is the time at which it is free. */
#include <errno.h>
#include <stdlib.h>
#include <timeslice/batch.h>

/* The machine works for these ticks, from `ready` on or when it is free. Returns when it is done, or -1: too late. */
static int64_t work(int64_t *free_at, int64_t ready, int64_t ticks) {
    if (ready < 0 || *free_at < 0)
        return *free_at = -1;
    int64_t start = ready > *free_at ? ready : *free_at;
    if (__builtin_add_overflow(start, ticks, free_at))
        *free_at = -1;
    return *free_at;
}

static int64_t one_machine(const struct batch *b, bool setup_each, int64_t *done) {
    int64_t machine = setup_each ? 0 : b->setup;
    for (size_t i = 0; i < b->job_count; i++) {
        const struct batch_job *job = &b->jobs[i];
        if (setup_each)
            work(&machine, 0, b->setup);
        work(&machine, 0, job->input);
        work(&machine, 0, job->compute);
        done[i] = work(&machine, 0, job->output);
    }
    return machine;
}

static int64_t pipeline(const struct batch *b, int64_t *done) {
    int64_t reader = b->setup, cpu = 0, printer = 0;
    for (size_t i = 0; i < b->job_count; i++) {
        const struct batch_job *job = &b->jobs[i];
        done[i] = work(&printer, work(&cpu, work(&reader, 0, job->input), job->compute), job->output);
    }
    return printer;
}

struct read_job {
    int64_t ready;
    size_t index;
};

static int by_end_of_input(const void *a, const void *b) {
    const struct read_job *x = a, *y = b;
    if (x->ready != y->ready)
        return x->ready < y->ready ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* The last completion, -1 if it is too late, -2 without memory. */
static int64_t own_devices(const struct batch *b, int64_t *done) {
    struct read_job *order = calloc(b->job_count, sizeof *order);
    int64_t cpu = 0, last = 0;
    if (!order)
        return -2;
    for (size_t i = 0; i < b->job_count; i++) {
        int64_t reader = b->setup;
        order[i] = (struct read_job){work(&reader, 0, b->jobs[i].input), i};
        if (order[i].ready < 0)
            last = -1;
    }
    qsort(order, b->job_count, sizeof *order, by_end_of_input);
    for (size_t i = 0; i < b->job_count && last >= 0; i++) {
        const struct batch_job *job = &b->jobs[order[i].index];
        int64_t printer = 0;
        done[order[i].index] = work(&printer, work(&cpu, order[i].ready, job->compute), job->output);
        last = printer < 0 ? -1 : printer > last ? printer : last;
    }
    free(order);
    return last;
}

static bool sensible(enum batch_era era, const struct batch *b) {
    if (era != BATCH_CARDS && era != BATCH_ONLINE && era != BATCH_OFFLINE && era != BATCH_MULTIPROGRAMMED)
        return false;
    for (size_t i = 0; i < b->job_count; i++)
        if (b->jobs[i].input < 0 || b->jobs[i].compute < 1 || b->jobs[i].output < 0)
            return false;
    return b->setup >= 0;
}

static int64_t common_divisor(int64_t a, int64_t b) {
    return b == 0 ? a : common_divisor(b, a % b);
}

static int run(enum batch_era era, const struct batch *b, struct batch_result *r) {
    r->completions = calloc(b->job_count, sizeof *r->completions);
    if (!r->completions)
        return ENOMEM;
    r->job_count = b->job_count;
    if (era == BATCH_OFFLINE)
        r->elapsed = pipeline(b, r->completions);
    else if (era == BATCH_MULTIPROGRAMMED)
        r->elapsed = own_devices(b, r->completions);
    else
        r->elapsed = one_machine(b, era == BATCH_CARDS, r->completions);
    if (r->elapsed < 0)
        return r->elapsed == -2 ? ENOMEM : ERANGE;
    for (size_t i = 0; i < b->job_count; i++)
        r->busy += b->jobs[i].compute; /* not more than elapsed */
    int64_t divisor = common_divisor(r->busy, r->elapsed);
    r->utilisation = (struct sched_fraction){r->busy / divisor, r->elapsed / divisor};
    return 0;
}

int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out) {
    *out = (struct batch_result){.utilisation = {0, 1}};
    int error = !sensible(era, b) ? EINVAL : b->job_count > 0 ? run(era, b, out) : 0;
    if (error == 0)
        return 0;
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
