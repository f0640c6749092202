/* eras.c - batch_run: each era is a way to compute when the next job is read, computed and printed. */
#include "desk.h"

#include <errno.h>
#include <stdlib.h>
#include <timeslice/batch.h>

/* When each of the machine's three parts is free. NEVER is too late, and stays too late. */
struct parts {
    when reader, cpu, printer;
};

static when after(when start, int64_t ticks) {
    return start > INT64_MAX || start + (when)ticks > INT64_MAX ? NEVER : start + (when)ticks;
}

static when latest(when a, when b) {
    return a < b ? b : a;
}

static void cards(struct parts *p, const struct batch *b, const struct batch_job *job) {
    p->reader = after(after(p->printer, b->setup), job->input);
    p->cpu = after(p->reader, job->compute);
    p->printer = after(p->cpu, job->output);
}

static void online(struct parts *p, const struct batch *b, const struct batch_job *job) {
    p->reader = after(latest(p->printer, (when)b->setup), job->input);
    p->cpu = after(p->reader, job->compute);
    p->printer = after(p->cpu, job->output);
}

static void offline(struct parts *p, const struct batch *b, const struct batch_job *job) {
    p->reader = after(latest(p->reader, (when)b->setup), job->input);
    p->cpu = after(latest(p->cpu, p->reader), job->compute);
    p->printer = after(latest(p->printer, p->cpu), job->output);
}

static void multiprogrammed(struct parts *p, const struct batch *b, const struct batch_job *job) {
    p->reader = after((when)b->setup, job->input);
    p->cpu = after(latest(p->cpu, p->reader), job->compute);
    p->printer = after(p->cpu, job->output);
}

/* The order in which the jobs are computed. */
static void order_jobs(enum batch_era era, const struct batch *b, size_t *order) {
    for (size_t i = 0; i < b->job_count; i++) {
        size_t k = i;
        if (era == BATCH_MULTIPROGRAMMED)
            for (; k > 0 && b->jobs[order[k - 1]].input > b->jobs[i].input; k--)
                order[k] = order[k - 1];
        order[k] = i;
    }
}

static int play(enum batch_era era, const struct batch *b, const size_t *order, struct batch_result *out) {
    static void (*const eras[])(struct parts *, const struct batch *, const struct batch_job *) = {
        [BATCH_CARDS] = cards,
        [BATCH_ONLINE] = online,
        [BATCH_OFFLINE] = offline,
        [BATCH_MULTIPROGRAMMED] = multiprogrammed,
    };
    struct parts parts = {0, 0, 0};
    when last = 0;
    for (size_t i = 0; i < b->job_count; i++) {
        const struct batch_job *job = &b->jobs[order[i]];
        eras[era](&parts, b, job);
        if (parts.printer == NEVER)
            return ERANGE;
        out->completions[order[i]] = (int64_t)parts.printer;
        last = latest(last, parts.printer);
        out->busy += job->compute;
    }
    out->elapsed = (int64_t)last;
    out->utilisation = shorten(out->busy, out->elapsed);
    return 0;
}

static int judge(enum batch_era era, const struct batch *b) {
    bool fine = (unsigned)era <= BATCH_MULTIPROGRAMMED && b->setup >= 0;
    for (size_t i = 0; fine && i < b->job_count; i++)
        fine = b->jobs[i].input >= 0 && b->jobs[i].compute >= 1 && b->jobs[i].output >= 0;
    return fine ? 0 : EINVAL;
}

int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out) {
    *out = (struct batch_result){.utilisation.denominator = 1};
    int error = judge(era, b);
    if (error == 0 && b->job_count > 0) {
        size_t *order = calloc(b->job_count, sizeof *order);
        out->completions = calloc(b->job_count, sizeof *out->completions);
        out->job_count = b->job_count;
        if (order && out->completions) {
            order_jobs(era, b, order);
            error = play(era, b, order, out);
        } else {
            error = ENOMEM;
        }
        free(order);
    }
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
    *r = (struct batch_result){.completions = NULL};
}
