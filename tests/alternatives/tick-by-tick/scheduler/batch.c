/* batch.c - each era as a small program over the same three machines. */
#include <timeslice/batch.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Sums in 128 bits cannot overflow here: at the end everything has to fit. */
__extension__ typedef __int128 big;

static big max(big a, big b) {
    return a > b ? a : b;
}

static void in_turn(const struct batch *b, bool cards, big *done) {
    big now = cards ? 0 : b->setup;
    for (size_t i = 0; i < b->job_count; i++) {
        now += (cards ? b->setup : 0) + (big)b->jobs[i].input + b->jobs[i].compute + b->jobs[i].output;
        done[i] = now;
    }
}

static void piped(const struct batch *b, big *done) {
    big read = b->setup, computed = 0, printed = 0;
    for (size_t i = 0; i < b->job_count; i++) {
        read += b->jobs[i].input;
        computed = max(computed, read) + b->jobs[i].compute;
        done[i] = printed = max(printed, computed) + b->jobs[i].output;
    }
}

/* Again and again the job that was read first of those that have not computed. */
static void shared(const struct batch *b, big *done) {
    big cpu = b->setup;
    for (size_t i = 0; i < b->job_count; i++)
        done[i] = -1;
    for (size_t turn = 0; turn < b->job_count; turn++) {
        size_t next = b->job_count;
        for (size_t i = 0; i < b->job_count; i++)
            if (done[i] < 0 && (next == b->job_count || b->jobs[i].input < b->jobs[next].input))
                next = i;
        cpu = max(cpu, (big)b->setup + b->jobs[next].input) + b->jobs[next].compute;
        done[next] = cpu + b->jobs[next].output;
    }
}

static int refuse(int error) {
    errno = error;
    return -1;
}

static int64_t divisor_of(int64_t a, int64_t b) {
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int fill(const struct batch *b, const big *done, struct batch_result *out) {
    big busy = 0, elapsed = 0;
    for (size_t i = 0; i < b->job_count; i++) {
        busy += b->jobs[i].compute;
        elapsed = max(elapsed, done[i]);
    }
    if (busy > INT64_MAX || elapsed > INT64_MAX)
        return refuse(ERANGE);
    out->completions = calloc(b->job_count + 1, sizeof *out->completions);
    if (!out->completions)
        return -1;
    for (size_t i = 0; i < b->job_count; i++)
        out->completions[i] = (int64_t)done[i];
    out->job_count = b->job_count;
    out->busy = (int64_t)busy;
    out->elapsed = (int64_t)elapsed;
    int64_t divisor = elapsed ? divisor_of(out->busy, out->elapsed) : 1;
    out->utilisation = (struct sched_fraction){out->busy / divisor, elapsed ? out->elapsed / divisor : 1};
    return 0;
}

int batch_run(enum batch_era era, const struct batch *b, struct batch_result *out) {
    memset(out, 0, sizeof *out);
    if ((unsigned)era > BATCH_MULTIPROGRAMMED || b->setup < 0)
        return refuse(EINVAL);
    for (size_t i = 0; i < b->job_count; i++)
        if (b->jobs[i].input < 0 || b->jobs[i].compute < 1 || b->jobs[i].output < 0)
            return refuse(EINVAL);
    big *done = calloc(b->job_count + 1, sizeof *done);
    if (!done)
        return -1;
    if (era == BATCH_OFFLINE)
        piped(b, done);
    else if (era == BATCH_MULTIPROGRAMMED)
        shared(b, done);
    else
        in_turn(b, era == BATCH_CARDS, done);
    int result = fill(b, done, out);
    free(done);
    return result;
}

void batch_free(struct batch_result *r) {
    if (!r)
        return;
    free(r->completions);
    memset(r, 0, sizeof *r);
}
