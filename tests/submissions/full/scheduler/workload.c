/* workload.c - reads workload files.
 *
 * A reader that gives one symbol at a time (a byte, the end of a line, the end of the file), with one symbol of
 * look-ahead, and above it a parser with a function for each part of the grammar. Every function returns 0, or -1
 * with errno and *err set.
 */
#include "sim.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END_OF_LINE 256 /* symbols that are no bytes */
#define END_OF_FILE 257

#define DIGITS_SHOWN 40

struct reader {
    FILE *in;
    int symbol;          /* the next one */
    size_t line, column; /* of the symbol */
    struct parse_error *err;
};

/* ---- errors ---- */

static int fail(struct reader *r, int error, size_t line, size_t column, const char *found, const char *expected) {
    r->err->line = line;
    r->err->column = column;
    snprintf(r->err->found, sizeof r->err->found, "%s", found);
    snprintf(r->err->expected, sizeof r->err->expected, "%s", expected);
    errno = error;
    return -1;
}

/* The next symbol is out of place. SCH-LOAD-003 */
static int misplaced(struct reader *r, const char *expected) {
    char found[16];

    if (r->symbol == END_OF_LINE)
        return fail(r, EINVAL, r->line, r->column, "end of line", expected);
    if (r->symbol == END_OF_FILE)
        return fail(r, EINVAL, r->line, r->column, "end of file", expected);
    if (r->symbol >= ' ' && r->symbol <= '~')
        snprintf(found, sizeof found, "'%c'", r->symbol);
    else
        snprintf(found, sizeof found, "'\\x%02x'", (unsigned)r->symbol & 0xff);
    return fail(r, EINVAL, r->line, r->column, found, expected);
}

/* ---- symbols ---- */

static int byte(struct reader *r, int *c) {
    *c = getc_unlocked(r->in);
    if (*c != EOF)
        return 0;
    *c = END_OF_FILE;
    if (!ferror(r->in))
        return 0;
    if (errno == 0)
        errno = EIO;
    return -1;
}

/* Reads the next symbol, at the place that line and column tell. CR LF is one. A CR that stands alone is out of place
 * wherever it is, so what has been read behind it will not be missed. SCH-LOAD-007 */
static int look(struct reader *r) {
    if (byte(r, &r->symbol))
        return -1;
    if (r->symbol == '\r') {
        int c;
        if (byte(r, &c))
            return -1;
        if (c == '\n')
            r->symbol = c;
    }
    if (r->symbol == '\n')
        r->symbol = END_OF_LINE;
    return 0;
}

static int advance(struct reader *r) {
    if (r->symbol == END_OF_LINE) {
        r->line++;
        r->column = 1;
    } else {
        r->column++;
    }
    return look(r);
}

static int expect(struct reader *r, int symbol, const char *expected) {
    return r->symbol == symbol ? advance(r) : misplaced(r, expected);
}

static bool at_end(const struct reader *r) {
    return r->symbol == END_OF_LINE || r->symbol == END_OF_FILE;
}

static bool at_digit(const struct reader *r) {
    return r->symbol >= '0' && r->symbol <= '9';
}

/* ---- the grammar ---- */

/* SCH-LOAD-004, SCH-LOAD-005 */
static int number(struct reader *r, int64_t least, int64_t *value, const char *expected) {
    char found[DIGITS_SHOWN + sizeof "'...'"];
    size_t column = r->column, length = 0;
    bool fits = true;

    if (!at_digit(r))
        return misplaced(r, expected);
    found[length++] = '\'';
    *value = 0;
    while (at_digit(r)) {
        int digit = r->symbol - '0';
        if (length <= DIGITS_SHOWN)
            found[length++] = (char)r->symbol;
        fits = fits && !__builtin_mul_overflow(*value, (int64_t)10, value) && add(value, digit);
        if (advance(r))
            return -1;
    }
    if (fits && *value >= least)
        return 0;
    snprintf(found + length, sizeof found - length, r->column - column > DIGITS_SHOWN ? "...'" : "'");
    if (!fits)
        return fail(r, ERANGE, r->line, column, found, "a number of at most 9223372036854775807");
    return fail(r, EINVAL, r->line, column, found, "a burst of at least 1");
}

/* SCH-LOAD-002 */
static int header(struct reader *r) {
    static const char text[] = "id,arrival,bursts";

    for (size_t i = 0; text[i]; i++)
        if (expect(r, text[i], "the header id,arrival,bursts"))
            return -1;
    return at_end(r) ? 0 : misplaced(r, "the end of the header line");
}

/* SCH-LOAD-001. What there is of the job stays in *j after an error too. */
static int bursts(struct reader *r, struct sched_job *j) {
    size_t room = 0;

    for (;;) {
        if (j->burst_count == room) {
            room = room ? room * 2 : 1;
            int64_t *more = reallocarray(j->bursts, room, sizeof *more);
            if (!more)
                return -1;
            j->bursts = more;
        }
        if (number(r, 1, &j->bursts[j->burst_count], j->burst_count % 2 ? "an I/O burst" : "a CPU burst"))
            return -1;
        j->burst_count++;

        bool cpu = j->burst_count % 2 == 1; /* SCH-LOAD-005 */
        if (at_end(r) && cpu)
            return 0;
        if (expect(r, ' ', cpu ? "a blank or the end of the line" : "a blank and a CPU burst"))
            return -1;
    }
}

static int job(struct reader *r, struct sched_job *j) {
    if (number(r, 0, &j->id, "an id") || expect(r, ',', "a comma after the id") ||
        number(r, 0, &j->arrival, "an arrival") || expect(r, ',', "a comma after the arrival"))
        return -1;
    return bursts(r, j);
}

/* SCH-LOAD-006 */
static int check_ids(struct reader *r, const struct workload *w) {
    if (w->job_count == 0)
        return 0;
    struct ranked *by_id = calloc(w->job_count, sizeof *by_id);
    if (!by_id)
        return -1;

    size_t first = NONE; /* of those that repeat an id */
    for (size_t i = 0; i < w->job_count; i++)
        by_id[i] = (struct ranked){w->jobs[i].id, i};
    rank(by_id, w->job_count);
    for (size_t i = 1; i < w->job_count; i++)
        if (by_id[i].number == by_id[i - 1].number && by_id[i].who < first)
            first = by_id[i].who;
    free(by_id);
    if (first == NONE)
        return 0;

    char found[32];
    snprintf(found, sizeof found, "'%" PRId64 "'", w->jobs[first].id);
    return fail(r, EINVAL, first + 2, 1, found, "an id that no line above has");
}

static int file(struct reader *r, struct workload *w) {
    size_t room = 0;

    if (look(r) || header(r))
        return -1;
    while (r->symbol == END_OF_LINE) {
        if (advance(r))
            return -1;
        if (r->symbol == END_OF_FILE)
            break;
        if (w->job_count == room) {
            room = room ? room * 2 : 16;
            struct sched_job *more = reallocarray(w->jobs, room, sizeof *more);
            if (!more)
                return -1;
            w->jobs = more;
        }
        struct sched_job *j = &w->jobs[w->job_count++];
        *j = (struct sched_job){0};
        if (job(r, j))
            return -1;
    }
    return check_ids(r, w);
}

/* Reads a workload file from in to its end. */
int workload_read(FILE *in, struct workload *out, struct parse_error *err) {
    struct parse_error nobody_asks;
    struct reader r = {.in = in, .line = 1, .column = 1, .err = err ? err : &nobody_asks};
    int before = errno;

    memset(out, 0, sizeof *out);
    memset(r.err, 0, sizeof *r.err); /* line 0, unless fail() is called */
    errno = 0;                       /* to tell an error of the stream that has none */
    if (file(&r, out) == 0) {
        errno = before;
        return 0;
    }
    int error = errno;
    workload_free(out); /* SCH-LOAD-008 */
    errno = error;
    return -1;
}

/* Releases a workload that workload_read made and sets it to all zero. */
void workload_free(struct workload *w) {
    if (!w)
        return;
    for (size_t i = 0; i < w->job_count; i++)
        free(w->jobs[i].bursts);
    free(w->jobs);
    memset(w, 0, sizeof *w);
}
