/* workload.c - takes the whole file into memory first, then goes through it with a pointer. */
#include <timeslice/scheduler.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *bytes;
    const char *at, *end, *line; /* where the reader is, the text's end, the line's beginning */
    size_t number;               /* of the line */
    struct parse_error *error;
};

static bool slurp(FILE *in, struct text *t) {
    size_t used = 0, room = 0, got;
    do {
        if (room - used < 4096) {
            char *more = realloc(t->bytes, room += 65536);
            if (!more)
                return false;
            t->bytes = more;
        }
        used += got = fread(t->bytes + used, 1, room - used, in);
    } while (got > 0);
    t->at = t->line = t->bytes;
    t->end = t->bytes + used;
    return !ferror(in);
}

/* The length of what ends the line here, or 0. */
static size_t line_end(const struct text *t) {
    if (t->at < t->end && *t->at == '\n')
        return 1;
    return t->end - t->at >= 2 && memcmp(t->at, "\r\n", 2) == 0 ? 2 : 0;
}

static bool at_an_end(const struct text *t) {
    return t->at == t->end || line_end(t) > 0;
}

static bool wrong(struct text *t, int error, const char *where, const char *expected) {
    t->error->line = t->number;
    t->error->column = (size_t)(where - t->line) + 1;
    snprintf(t->error->expected, sizeof t->error->expected, "%s", expected);
    errno = error;
    return false;
}

static bool wrong_byte(struct text *t, const char *expected) {
    char *found = t->error->found;
    if (t->at == t->end)
        strcpy(found, "end of file");
    else if (line_end(t))
        strcpy(found, "end of line");
    else
        sprintf(found, *t->at >= ' ' && *t->at <= '~' ? "'%c'" : "'\\x%02x'", (unsigned char)*t->at);
    return wrong(t, EINVAL, t->at, expected);
}

static bool wrong_number(struct text *t, int error, const char *from, const char *expected) {
    int length = (int)(t->at - from);
    sprintf(t->error->found, "'%.*s%s'", length > 40 ? 40 : length, from, length > 40 ? "..." : "");
    return wrong(t, error, from, expected);
}

static bool take_number(struct text *t, int64_t least, int64_t *out, const char *expected) {
    const char *from = t->at;
    int64_t value = 0;
    bool large = false;
    for (; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++) {
        int digit = *t->at - '0';
        large = large || value > (INT64_MAX - digit) / 10;
        value = large ? 0 : 10 * value + digit;
    }
    if (t->at == from)
        return wrong_byte(t, expected);
    if (large)
        return wrong_number(t, ERANGE, from, "at most 9223372036854775807");
    *out = value;
    return *out >= least || wrong_number(t, EINVAL, from, expected);
}

static bool take(struct text *t, char byte, const char *expected) {
    if (t->at == t->end || *t->at != byte)
        return wrong_byte(t, expected);
    t->at++;
    return true;
}

static bool take_header(struct text *t) {
    for (const char *c = "id,arrival,bursts"; *c; c++)
        if (!take(t, *c, "id,arrival,bursts"))
            return false;
    return at_an_end(t) || wrong_byte(t, "the end of the line");
}

static bool take_bursts(struct text *t, struct sched_job *job) {
    for (;;) {
        int64_t *more = realloc(job->bursts, (job->burst_count + 1) * sizeof *more);
        if (!more)
            return false;
        job->bursts = more;
        if (!take_number(t, 1, &more[job->burst_count], "a burst"))
            return false;
        job->burst_count++;
        if (at_an_end(t))
            return job->burst_count % 2 == 1 || wrong_byte(t, "a CPU burst");
        if (!take(t, ' ', "a space"))
            return false;
    }
}

static bool take_job(struct text *t, struct workload *w) {
    struct sched_job *more = realloc(w->jobs, (w->job_count + 1) * sizeof *more);
    if (!more)
        return false;
    w->jobs = more;
    struct sched_job *job = &more[w->job_count++];
    memset(job, 0, sizeof *job);
    return take_number(t, 0, &job->id, "an id") && take(t, ',', "a comma") &&
           take_number(t, 0, &job->arrival, "an arrival") && take(t, ',', "a comma") && take_bursts(t, job);
}

static bool take_lines(struct text *t, struct workload *w) {
    for (;;) {
        t->at += line_end(t);
        if (t->at == t->end)
            return true;
        t->line = t->at;
        t->number++;
        if (!take_job(t, w))
            return false;
    }
}

static bool ids_differ(struct text *t, const struct workload *w) {
    for (size_t i = 0; i < w->job_count; i++)
        for (size_t k = 0; k < i; k++)
            if (w->jobs[i].id == w->jobs[k].id) {
                sprintf(t->error->found, "'%lld'", (long long)w->jobs[i].id);
                t->number = i + 2;
                return wrong(t, EINVAL, t->line, "another id");
            }
    return true;
}

int workload_read(FILE *in, struct workload *out, struct parse_error *err) {
    struct parse_error nobody;
    struct text t = {.number = 1, .error = err ? err : &nobody};
    memset(out, 0, sizeof *out);
    memset(t.error, 0, sizeof *t.error);
    bool done = slurp(in, &t) && take_header(&t) && take_lines(&t, out) && ids_differ(&t, out);
    int error = errno;
    free(t.bytes);
    if (!done)
        workload_free(out);
    errno = error;
    return done ? 0 : -1;
}

void workload_free(struct workload *w) {
    if (!w)
        return;
    while (w->job_count > 0)
        free(w->jobs[--w->job_count].bursts);
    free(w->jobs);
    memset(w, 0, sizeof *w);
}
