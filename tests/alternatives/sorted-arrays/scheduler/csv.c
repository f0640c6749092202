/* csv.c - workload_read: the whole file in memory, and a machine with a state for each place in a line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <timeslice/scheduler.h>

enum field { ID, ARRIVAL, CPU_BURST, IO_BURST };

struct file {
    char *text;
    size_t size;
    size_t at, line, begin; /* the place, its line, and where that line begins */
    struct parse_error *err;
};

static const char *const wanted[] = {[ID] = "a number: the id",
                                     [ARRIVAL] = "a number: the arrival",
                                     [CPU_BURST] = "a number: CPU ticks",
                                     [IO_BURST] = "a number: I/O ticks"};

static int blame(struct file *f, size_t line, size_t column, const char *expected, int error) {
    if (f->err) {
        f->err->line = line;
        f->err->column = column;
        snprintf(f->err->expected, sizeof f->err->expected, "%s", expected);
        if (line == 0)
            f->err->found[0] = '\0';
    }
    return error;
}

/* How many bytes the end of a line takes here: 0 if there is none. */
static size_t line_end(const struct file *f) {
    if (f->at < f->size && f->text[f->at] == '\n')
        return 1;
    return f->at + 1 < f->size && f->text[f->at] == '\r' && f->text[f->at + 1] == '\n' ? 2 : 0;
}

static int out_of_place(struct file *f, const char *expected) {
    struct parse_error ignored, *err = f->err ? f->err : &ignored;
    unsigned byte = f->at < f->size ? (unsigned char)f->text[f->at] : 0;
    if (f->at == f->size)
        strcpy(err->found, "end of file");
    else if (line_end(f))
        strcpy(err->found, "end of line");
    else
        sprintf(err->found, byte >= 0x20 && byte < 0x7f ? "'%c'" : "'\\x%02x'", byte);
    return blame(f, f->line, f->at - f->begin + 1, expected, EINVAL);
}

static int number_is_wrong(struct file *f, size_t from, const char *expected, int error) {
    size_t digits = f->at - from;
    if (f->err)
        snprintf(f->err->found, sizeof f->err->found, "'%.*s%s'", (int)(digits > 40 ? 40 : digits), f->text + from,
                 digits > 40 ? "..." : "");
    return blame(f, f->line, from - f->begin + 1, expected, error);
}

static int read_number(struct file *f, enum field field, int64_t *number) {
    size_t from = f->at;
    uint64_t value = 0;
    bool large = false;
    for (; f->at < f->size && (unsigned char)(f->text[f->at] - '0') <= 9; f->at++) {
        unsigned digit = (unsigned)(f->text[f->at] - '0');
        large = large || value > ((uint64_t)INT64_MAX - digit) / 10;
        value = large ? 0 : value * 10 + digit;
    }
    if (f->at == from)
        return out_of_place(f, wanted[field]);
    if (large)
        return number_is_wrong(f, from, "at most 9223372036854775807", ERANGE);
    if (value == 0 && field >= CPU_BURST)
        return number_is_wrong(f, from, "1 tick or more", EINVAL);
    *number = (int64_t)value;
    return 0;
}

/* Room for one element more: the arrays grow at powers of two. */
static void *one_more(void *array, size_t count, size_t size) {
    if (count & (count - 1))
        return array;
    return realloc(array, (count ? count * 2 : 1) * size);
}

static int store(struct sched_job *job, enum field field, int64_t number) {
    if (field == ID) {
        job->id = number;
    } else if (field == ARRIVAL) {
        job->arrival = number;
    } else {
        int64_t *bursts = one_more(job->bursts, job->burst_count, sizeof number);
        if (!bursts)
            return ENOMEM;
        job->bursts = bursts;
        bursts[job->burst_count++] = number;
    }
    return 0;
}

/* What comes after a field: the separator, and the next field. Only a CPU burst can end the line. */
static int read_job(struct file *f, struct sched_job *job) {
    static const struct {
        char separator;
        enum field next;
        const char *expected;
    } after[] = {[ID] = {',', ARRIVAL, "','"},
                 [ARRIVAL] = {',', CPU_BURST, "','"},
                 [CPU_BURST] = {' ', IO_BURST, "' ' or the end of the line"},
                 [IO_BURST] = {' ', CPU_BURST, "' ' and a CPU burst"}};
    for (enum field field = ID;; field = after[field].next) {
        int64_t number = 0;
        int error = read_number(f, field, &number);
        if (error)
            return error;
        if (store(job, field, number))
            return blame(f, 0, 0, "memory", ENOMEM);
        if (field == CPU_BURST && (f->at == f->size || line_end(f)))
            return 0;
        if (f->at == f->size || f->text[f->at] != after[field].separator)
            return out_of_place(f, after[field].expected);
        f->at++;
    }
}

static int read_header(struct file *f) {
    static const char header[] = "id,arrival,bursts";
    while (f->at < strlen(header)) {
        if (f->at == f->size || f->text[f->at] != header[f->at])
            return out_of_place(f, header);
        f->at++;
    }
    return f->at == f->size || line_end(f) ? 0 : out_of_place(f, "the end of line 1");
}

static int compare_ids(const void *a, const void *b) {
    const struct sched_job *const *x = a, *const *y = b;
    int order = ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
    return order ? order : (*x > *y) - (*x < *y);
}

static int find_repeated(struct file *f, const struct workload *w) {
    const struct sched_job **order = malloc((w->job_count + 1) * sizeof *order);
    const struct sched_job *first = NULL;
    if (!order)
        return blame(f, 0, 0, "memory", ENOMEM);
    for (size_t i = 0; i < w->job_count; i++)
        order[i] = w->jobs + i;
    qsort(order, w->job_count, sizeof *order, compare_ids);
    for (size_t i = 1; i < w->job_count; i++)
        if (order[i - 1]->id == order[i]->id && (!first || order[i] < first))
            first = order[i];
    free(order);
    if (!first)
        return 0;
    if (f->err)
        snprintf(f->err->found, sizeof f->err->found, "'%ju'", (uintmax_t)first->id);
    return blame(f, (size_t)(first - w->jobs) + 2, 1, "an id of its own", EINVAL);
}

static int read_jobs(struct file *f, struct workload *w) {
    int error = read_header(f);
    while (error == 0 && f->at < f->size) {
        f->at += line_end(f);
        f->begin = f->at;
        f->line++;
        if (f->at == f->size)
            break;
        struct sched_job *jobs = one_more(w->jobs, w->job_count, sizeof *jobs);
        if (!jobs)
            return blame(f, 0, 0, "memory", ENOMEM);
        w->jobs = jobs;
        jobs[w->job_count] = (struct sched_job){0};
        error = read_job(f, &jobs[w->job_count++]);
    }
    return error ? error : find_repeated(f, w);
}

/* 0, or the errno of the call that failed. */
static int slurp(FILE *in, struct file *f) {
    size_t room = 0;
    for (;;) {
        if (f->size == room) {
            room = room ? room * 3 : 1000;
            char *text = realloc(f->text, room);
            if (!text)
                return ENOMEM;
            f->text = text;
        }
        errno = 0;
        size_t got = fread(f->text + f->size, 1, room - f->size, in);
        f->size += got;
        if (ferror(in))
            return errno ? errno : EIO;
        if (got == 0)
            return 0;
    }
}

int workload_read(FILE *in, struct workload *out, struct parse_error *err) {
    struct file f = {.line = 1, .err = err};
    struct workload w = {0};
    *out = w;
    int error = slurp(in, &f);
    if (error)
        blame(&f, 0, 0, "a file that can be read", error);
    else
        error = read_jobs(&f, &w);
    free(f.text);
    if (error) {
        workload_free(&w);
        errno = error;
        return -1;
    }
    *out = w;
    return 0;
}

void workload_free(struct workload *w) {
    if (!w)
        return;
    for (struct sched_job *job = w->jobs; w->job_count > 0; w->job_count--, job++)
        free(job->bursts);
    free(w->jobs);
    *w = (struct workload){NULL, 0};
}
