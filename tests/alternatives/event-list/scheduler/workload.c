/* workload.c - reads a workload file byte by byte, with one byte of look-ahead. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/scheduler.h>

enum { LINE_END = 256, FILE_END = 257 }; /* beside the values of bytes */

struct reader {
    FILE *in;
    int next; /* a byte, LINE_END or FILE_END */
    size_t line, column;
    struct parse_error *err;
    int error; /* errno of what went wrong, or 0 */
    size_t job_room, burst_room;
};

static void complain(struct reader *r, int error, size_t line, size_t column, const char *found, const char *expected) {
    if (r->error != 0)
        return;
    r->error = error;
    if (!r->err)
        return;
    r->err->line = line;
    r->err->column = column;
    snprintf(r->err->found, sizeof r->err->found, "%s", found);
    snprintf(r->err->expected, sizeof r->err->expected, "%s", expected);
}

static int raw(struct reader *r) {
    errno = 0;
    int c = getc(r->in);
    if (c == EOF && ferror(r->in))
        complain(r, errno ? errno : EIO, 0, 0, "", "a file that can be read");
    return c;
}

/* Looks at the byte at the current place. */
static void look(struct reader *r) {
    int c = raw(r);
    if (c == '\r') {
        int after = raw(r);
        if (after == '\n')
            c = after;
        else if (after != EOF)
            ungetc(after, r->in);
    }
    r->next = c == EOF ? FILE_END : c == '\n' ? LINE_END : c;
}

static void step(struct reader *r) {
    if (r->next == LINE_END) {
        r->line++;
        r->column = 1;
    } else {
        r->column++;
    }
    look(r);
}

static void unexpected(struct reader *r, const char *expected) {
    char found[16];
    if (r->next == LINE_END)
        strcpy(found, "end of line");
    else if (r->next == FILE_END)
        strcpy(found, "end of file");
    else if (r->next >= ' ' && r->next <= '~')
        snprintf(found, sizeof found, "'%c'", r->next);
    else
        snprintf(found, sizeof found, "'\\x%02x'", (unsigned)r->next);
    complain(r, EINVAL, r->line, r->column, found, expected);
}

static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}

static int64_t number(struct reader *r, const char *what, int64_t least) {
    char found[48] = "'";
    size_t digits = 0, column = r->column;
    int64_t value = 0;
    bool fits = true;
    if (!is_digit(r->next))
        unexpected(r, what);
    while (r->error == 0 && is_digit(r->next)) {
        int digit = r->next - '0';
        fits = fits && !__builtin_mul_overflow(value, (int64_t)10, &value) &&
               !__builtin_add_overflow(value, (int64_t)digit, &value);
        if (digits++ < 40)
            found[digits] = (char)r->next;
        step(r);
    }
    strcat(found, digits > 40 ? "...'" : "'");
    if (!fits)
        complain(r, ERANGE, r->line, column, found, "a number up to 9223372036854775807");
    else if (value < least)
        complain(r, EINVAL, r->line, column, found, "a number of ticks, 1 or more");
    return value;
}

static void expect(struct reader *r, int byte, const char *what) {
    if (r->error != 0)
        return;
    if (r->next != byte)
        unexpected(r, what);
    else
        step(r);
}

static void header(struct reader *r) {
    for (const char *c = "id,arrival,bursts"; *c && r->error == 0; c++)
        expect(r, *c, "the header line id,arrival,bursts");
    if (r->error == 0 && r->next != FILE_END)
        expect(r, LINE_END, "the end of the header line");
}

static void add_burst(struct reader *r, struct sched_job *job, int64_t burst) {
    if (r->error != 0)
        return;
    if (job->burst_count == r->burst_room) {
        size_t room = r->burst_room * 2 + 1;
        int64_t *bursts = realloc(job->bursts, room * sizeof *bursts);
        if (!bursts) {
            complain(r, ENOMEM, 0, 0, "", "more memory");
            return;
        }
        job->bursts = bursts;
        r->burst_room = room;
    }
    job->bursts[job->burst_count++] = burst;
}

static struct sched_job *add_job(struct reader *r, struct workload *w) {
    if (w->job_count == r->job_room) {
        size_t room = r->job_room * 2 + 8;
        struct sched_job *jobs = realloc(w->jobs, room * sizeof *jobs);
        if (!jobs) {
            complain(r, ENOMEM, 0, 0, "", "more memory");
            return NULL;
        }
        w->jobs = jobs;
        r->job_room = room;
    }
    r->burst_room = 0;
    w->jobs[w->job_count] = (struct sched_job){0};
    return &w->jobs[w->job_count++];
}

static void line(struct reader *r, struct workload *w) {
    struct sched_job *job = add_job(r, w);
    if (!job)
        return;
    job->id = number(r, "the id, a number", 0);
    expect(r, ',', "a comma after the id");
    if (r->error == 0)
        job->arrival = number(r, "the arrival, a number", 0);
    expect(r, ',', "a comma after the arrival");
    if (r->error == 0)
        add_burst(r, job, number(r, "a CPU burst, a number", 1));
    while (r->error == 0 && r->next == ' ') {
        step(r);
        add_burst(r, job, number(r, "an I/O burst, a number", 1));
        expect(r, ' ', "a space and a CPU burst");
        if (r->error == 0)
            add_burst(r, job, number(r, "a CPU burst, a number", 1));
    }
    if (r->error == 0 && r->next != FILE_END)
        expect(r, LINE_END, "a space or the end of the line");
}

struct place {
    int64_t id;
    size_t index;
};

static int by_id_and_place(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void repeated_ids(struct reader *r, const struct workload *w) {
    struct place *places = malloc((w->job_count + 1) * sizeof *places);
    size_t first = SIZE_MAX;
    if (!places) {
        complain(r, ENOMEM, 0, 0, "", "more memory");
        return;
    }
    for (size_t i = 0; i < w->job_count; i++)
        places[i] = (struct place){w->jobs[i].id, i};
    qsort(places, w->job_count, sizeof *places, by_id_and_place);
    for (size_t i = 1; i < w->job_count; i++)
        if (places[i].id == places[i - 1].id && places[i].index < first)
            first = places[i].index;
    free(places);
    if (first == SIZE_MAX)
        return;
    char found[32];
    snprintf(found, sizeof found, "'%lld'", (long long)w->jobs[first].id);
    complain(r, EINVAL, first + 2, 1, found, "an id that no earlier line has");
}

int workload_read(FILE *in, struct workload *out, struct parse_error *err) {
    struct reader r = {.in = in, .line = 1, .column = 1, .err = err};
    *out = (struct workload){0};
    look(&r);
    header(&r);
    while (r.error == 0 && r.next != FILE_END)
        line(&r, out);
    if (r.error == 0)
        repeated_ids(&r, out);
    if (r.error == 0)
        return 0;
    workload_free(out);
    errno = r.error;
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
