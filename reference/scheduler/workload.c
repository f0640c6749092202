/* workload.c - reads a workload file byte by byte, and tells the line and column of the first error. */
#include <timeslice/scheduler.h>

#include <errno.h>
#include <stdlib.h>

#define DIGITS_SHOWN 40

struct reader {
    FILE *in;
    int byte; /* the next byte, not yet taken; '\n' for any end of line, EOF at the end */
    size_t line;
    size_t column;
    struct parse_error *error;
};

/* ---- bytes and errors ---- */

/* CR LF counts as one end of line. SCH-LOAD-007 */
static void look(struct reader *r) {
    r->byte = getc(r->in);
    if (r->byte != '\r')
        return;
    int next = getc(r->in);
    if (next == '\n')
        r->byte = '\n';
    else if (next != EOF)
        ungetc(next, r->in);
}

static void advance(struct reader *r) {
    r->column++;
    if (r->byte == '\n') {
        r->line++;
        r->column = 1;
    }
    look(r);
}

static int complain(struct reader *r, int error, size_t column, const char *expected) {
    r->error->line = r->line;
    r->error->column = column;
    snprintf(r->error->expected, sizeof r->error->expected, "%s", expected);
    errno = error;
    return -1;
}

/* SCH-LOAD-003 */
static int unexpected(struct reader *r, const char *expected) {
    char *found = r->error->found;
    size_t room = sizeof r->error->found;
    if (ferror(r->in))
        return -1; /* getc has set errno */
    if (r->byte == EOF)
        snprintf(found, room, "end of file");
    else if (r->byte == '\n')
        snprintf(found, room, "end of line");
    else if (r->byte >= ' ' && r->byte <= '~')
        snprintf(found, room, "'%c'", r->byte);
    else
        snprintf(found, room, "'\\x%02x'", (unsigned)r->byte);
    return complain(r, EINVAL, r->column, expected);
}

/* ---- the parts of a line ---- */

static int read_header(struct reader *r) {
    for (const char *c = "id,arrival,bursts"; *c; c++) { /* SCH-LOAD-002 */
        if (r->byte != *c)
            return unexpected(r, "the header id,arrival,bursts");
        advance(r);
    }
    return r->byte == '\n' || r->byte == EOF ? 0 : unexpected(r, "the end of the header");
}

/* SCH-LOAD-004 SCH-LOAD-005 */
static int read_number(struct reader *r, int64_t least, const char *expected, int64_t *value) {
    char digits[DIGITS_SHOWN + 1] = "";
    size_t start = r->column, count = 0;
    bool fits = true;
    *value = 0;
    for (; r->byte >= '0' && r->byte <= '9'; advance(r)) {
        if (count < DIGITS_SHOWN)
            digits[count] = (char)r->byte;
        count++;
        fits =
            fits && !__builtin_mul_overflow(*value, 10, value) && !__builtin_add_overflow(*value, r->byte - '0', value);
    }
    if (count == 0)
        return unexpected(r, expected);
    if (fits && *value >= least)
        return 0;
    snprintf(r->error->found, sizeof r->error->found, "'%s%s'", digits, count > DIGITS_SHOWN ? "..." : "");
    if (!fits)
        return complain(r, ERANGE, start, "a number of at most 9223372036854775807");
    return complain(r, EINVAL, start, expected);
}

static int add_burst(struct sched_job *job, size_t *room, int64_t ticks) {
    if (job->burst_count == *room) {
        size_t more = *room ? 2 * *room : 1;
        int64_t *bursts = reallocarray(job->bursts, more, sizeof *bursts);
        if (!bursts)
            return -1;
        job->bursts = bursts;
        *room = more;
    }
    job->bursts[job->burst_count++] = ticks;
    return 0;
}

static int read_bursts(struct reader *r, struct sched_job *job) {
    size_t room = 0;
    for (;;) {
        bool io = job->burst_count % 2 == 1;
        int64_t ticks;
        if (read_number(r, 1, io ? "an I/O burst of at least 1" : "a CPU burst of at least 1", &ticks) < 0 ||
            add_burst(job, &room, ticks) < 0)
            return -1;
        if (r->byte == ' ') {
            advance(r);
            continue;
        }
        if (r->byte != '\n' && r->byte != EOF)
            return unexpected(r, "a digit, a space or the end of the line");
        return io ? unexpected(r, "a space and a CPU burst: a job ends with one") : 0; /* SCH-LOAD-005 */
    }
}

static int read_comma(struct reader *r) {
    if (r->byte != ',')
        return unexpected(r, "a digit or ','");
    advance(r);
    return 0;
}

/* SCH-LOAD-001 */
static int read_job(struct reader *r, struct sched_job *job) {
    if (read_number(r, 0, "an id: a whole number", &job->id) < 0 || read_comma(r) < 0 ||
        read_number(r, 0, "an arrival: a whole number", &job->arrival) < 0 || read_comma(r) < 0)
        return -1;
    return read_bursts(r, job);
}

/* ---- the whole file ---- */

static int read_jobs(struct reader *r, struct workload *w) {
    size_t room = 0;
    while (r->byte == '\n') {
        advance(r);
        if (r->byte == EOF)
            break;
        if (w->job_count == room) {
            size_t more = room ? 2 * room : 16;
            struct sched_job *jobs = reallocarray(w->jobs, more, sizeof *jobs);
            if (!jobs)
                return -1;
            w->jobs = jobs;
            room = more;
        }
        w->jobs[w->job_count] = (struct sched_job){0};
        if (read_job(r, &w->jobs[w->job_count++]) < 0)
            return -1;
    }
    return ferror(r->in) ? -1 : 0;
}

static int by_id_then_line(const void *a, const void *b) {
    const struct sched_job *x = *(const struct sched_job *const *)a, *y = *(const struct sched_job *const *)b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x > y) - (x < y);
}

/* SCH-LOAD-006 */
static int check_ids(struct reader *r, const struct workload *w) {
    if (w->job_count < 2)
        return 0;
    const struct sched_job **sorted = calloc(w->job_count, sizeof(const struct sched_job *));
    const struct sched_job *repeated = NULL;
    if (!sorted)
        return -1;
    for (size_t i = 0; i < w->job_count; i++)
        sorted[i] = &w->jobs[i];
    qsort(sorted, w->job_count, sizeof(const struct sched_job *), by_id_then_line);
    for (size_t i = 1; i < w->job_count; i++)
        if (sorted[i]->id == sorted[i - 1]->id && (!repeated || sorted[i] < repeated))
            repeated = sorted[i];
    free(sorted);
    if (!repeated)
        return 0;
    r->line = (size_t)(repeated - w->jobs) + 2; /* one job a line, after the header */
    snprintf(r->error->found, sizeof r->error->found, "'%lld'", (long long)repeated->id);
    return complain(r, EINVAL, 1, "an id that no line above has");
}

int workload_read(FILE *in, struct workload *out, struct parse_error *err) {
    struct parse_error unused = {0};
    struct reader r = {.in = in, .line = 1, .column = 1, .error = err ? err : &unused};
    *out = (struct workload){0};
    *r.error = unused;
    look(&r);
    if (read_header(&r) == 0 && read_jobs(&r, out) == 0 && check_ids(&r, out) == 0)
        return 0;
    int error = errno;
    workload_free(out); /* SCH-LOAD-008 SCH-FAULT-001 */
    errno = error;
    return -1;
}

void workload_free(struct workload *w) {
    if (!w)
        return;
    for (size_t i = 0; i < w->job_count; i++)
        free(w->jobs[i].bursts);
    free(w->jobs);
    *w = (struct workload){0};
}
