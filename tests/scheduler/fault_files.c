/* fault_files.c - workload_read and schedule_print_gantt when memory is short: theirs (sweep.h), or that of a stream.
 */
#include <stdio.h>
#include <string.h>

#include "support/core/require.h"
#include "support/faults/sweep.h"

#include <timeslice/scheduler.h>

#define HEADER "id,arrival,bursts\n"

/* ---- workload_read ---- */

/* A call of workload_read, with what it left. */
struct reading {
    int done;
    int error;
    struct workload workload;
    struct parse_error err;
};

static struct reading read_stream(FILE *in, bool with_err) {
    struct reading r;
    memset(&r, 0xa5, sizeof r);
    errno = 0;
    r.done = workload_read(in, &r.workload, with_err ? &r.err : NULL);
    r.error = errno;
    fclose(in);
    return r;
}

static struct reading read_text(const char *text, bool with_err, bool with_buffer) {
    FILE *in = fmemopen((void *)text, strlen(text), "r");
    require(in && (with_buffer || setvbuf(in, NULL, _IONBF, 0) == 0), "open a stream");
    step("workload_read of a file of %zu bytes", strlen(text));
    return read_stream(in, with_err);
}

static bool same_jobs(const struct workload *a, const struct workload *b) {
    bool same = a->job_count == b->job_count;
    for (size_t i = 0; same && i < a->job_count; i++) {
        const struct sched_job *x = &a->jobs[i], *y = &b->jobs[i];
        same = x->id == y->id && x->arrival == y->arrival && x->burst_count == y->burst_count &&
               memcmp(x->bursts, y->bursts, x->burst_count * sizeof *x->bursts) == 0;
    }
    return same;
}

static void expect_empty(const struct workload *w) {
    expect_true(!w->jobs && w->job_count == 0, "*out is all zero after the failure");
}

/* What stands in a file is the matter of other clauses. Here the call without a failure says it. */
static void expect_read(const char *text, bool with_err, bool with_buffer) {
    struct reading first = read_text(text, with_err, with_buffer);
    errno = first.error;
    expect_works_or_short(first.done == 0, "workload_read of a right file");
    expect_true(first.done == 0 || first.done == -1, "workload_read returns 0 or -1");
    if (first.done != 0) {
        expect_empty(&first.workload);
        if (with_err)
            expect_int(first.err.line, 0, "the line, for an error that is not about the text");
    }
    struct reading second = read_text(text, with_err, with_buffer);
    expect_int(second.done, 0, "the same call with enough memory");
    expect_true(first.done != 0 || same_jobs(&first.workload, &second.workload), "both calls read the same jobs");
    workload_free(&first.workload);
    workload_free(&second.workload);
}

Test(sched_fault, files_that_grow, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001 SCH-FAULT-001b SCH-FAULT-001d SCH-LOAD-008b SCH-RULE-002d: 21 lines, the last with "
                    "41 bursts") {
    char text[512] = HEADER;
    size_t used = strlen(text);
    for (int i = 0; i < 20; i++)
        used += (size_t)sprintf(text + used, "%d,%d,%d\n", 40 - i, i, i % 7 + 1);
    used += (size_t)sprintf(text + used, "0,0,1");
    for (int i = 1; i < 41; i++)
        used += (size_t)sprintf(text + used, " %d", i % 9 + 1);
    expect_read(text, true, true);
}

Test(sched_fault, files_without_a_buffer, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001g SCH-LOAD-007a SCH-RULE-002d: two kinds of line ends, and no err") {
    expect_read("id,arrival,bursts\r\n3,0,5 1 5\r\n2,1,3\n1,1,2 2 2", false, false);
}

/* Both errors are right. err must fit to the one that came. */
static void expect_wrong_or_short(const char *text, int error, size_t line) {
    struct reading first = read_text(text, true, true);
    errno = first.error;
    expect_works_or_short(first.done == -1 && first.error == error, "workload_read of a wrong file");
    expect_int(first.done, -1, "workload_read of a wrong file");
    expect_empty(&first.workload);
    expect_int(first.err.line, first.error == error ? line : 0, "the line that belongs to the error");
    struct reading second = read_text(text, true, true);
    expect_true(second.done == -1 && second.error == error, "the same call with enough memory");
}

Test(sched_fault, files_with_an_id_twice, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001e SCH-LOAD-006 SCH-LOAD-008b: the id of line 3 comes again on line 5") {
    expect_wrong_or_short(HEADER "1,0,5\n2,1,3 1 1\n3,0,1\n2,0,1\n", EINVAL, 5);
}

Test(sched_fault, files_with_a_wrong_byte, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001e SCH-LOAD-003 SCH-LOAD-008b: a byte out of place behind two jobs and three bursts") {
    expect_wrong_or_short(HEADER "1,0,5\n2,1,3 1 1\n3,0,2 2 2 x\n", EINVAL, 4);
}

/* ---- schedule_print_gantt ---- */

enum { SLICES = 60, SWITCHES = 20, CPUS = 2 };

static struct sched_slice slices[SLICES], slices_before[SLICES];
static struct sched_switch switches[SWITCHES], switches_before[SWITCHES];
static struct schedule made = {.cpus = CPUS, .slices = slices, .switches = switches};

/* Slices of two ticks, with a gap or a switch behind each of them. Only one CPU switches. */
static void make_schedule(void) {
    memset(switches, 0, sizeof switches);
    for (int i = 0; i < SLICES; i++)
        slices[i] = (struct sched_slice){i % 7, i % CPUS, 0, i / CPUS * 4, i / CPUS * 4 + 2};
    for (int i = 0; i < SWITCHES; i++) {
        switches[i].job = (i + 1) * CPUS % 7;
        switches[i].start = i * 4 + 2;
        switches[i].end = i * 4 + 4;
    }
    made.slice_count = SLICES;
    made.switch_count = SWITCHES;
    made.totals.makespan = SLICES / CPUS * 4;
    memcpy(slices_before, slices, sizeof slices);
    memcpy(switches_before, switches, sizeof switches);
}

struct chart {
    char text[4096];
    size_t len;
};

static ssize_t collect(void *cookie, const char *bytes, size_t len) {
    struct chart *chart = cookie;
    size_t room = sizeof chart->text - 1 - chart->len;
    memcpy(chart->text + chart->len, bytes, len < room ? len : room);
    chart->len += len < room ? len : room;
    return (ssize_t)len;
}

static int print(struct chart *chart, bool with_buffer) {
    *chart = (struct chart){.len = 0};
    FILE *out = fopencookie(chart, "w", (cookie_io_functions_t){.write = collect});
    require(out && (with_buffer || setvbuf(out, NULL, _IONBF, 0) == 0), "open a stream");
    step("schedule_print_gantt: %d slices and %d switches", SLICES, SWITCHES);
    errno = 0;
    int done = schedule_print_gantt(&made, out), error = errno;
    fclose(out);
    errno = error;
    return done;
}

/* What a chart looks like is the matter of other clauses. Here the call without a failure says it. */
static void expect_print(bool with_buffer) {
    static struct chart first, second;
    make_schedule();
    int done = print(&first, with_buffer);
    expect_works_or_short(done == 0, "schedule_print_gantt");
    expect_true(done == 0 || done == -1, "schedule_print_gantt returns 0 or -1");
    expect_true(memcmp(slices, slices_before, sizeof slices) == 0, "the slices are as before the call");
    expect_true(memcmp(switches, switches_before, sizeof switches) == 0, "the switches are as before the call");
    expect_int(print(&second, with_buffer), 0, "the same call with enough memory");
    if (done == 0)
        expect_text(first.text, second.text, "the chart, printed twice");
}

Test(sched_fault, charts, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description =
         "SCH-FAULT-001 SCH-FAULT-001c SCH-FAULT-001d SCH-RULE-002d: sixty slices on two CPUs, with switches") {
    expect_print(true);
}

Test(sched_fault, charts_without_a_buffer, .timeout = 5, .data = SWEEP(SWEEP_MEMORY),
     .description = "SCH-FAULT-001g SCH-RULE-002d: the same chart, byte by byte") {
    expect_print(false);
}

/* ---- streams whose own memory is short ---- */

/* A stream that gives or takes some bytes. Then it has no memory for more. */
struct poor {
    const char *text; /* NULL for writing */
    size_t left;
};

static ssize_t give(void *cookie, char *buffer, size_t room) {
    struct poor *p = cookie;
    size_t len = p->left < room ? p->left : room;
    if (len == 0) {
        errno = ENOMEM;
        return -1;
    }
    memcpy(buffer, p->text, len);
    p->text += len;
    p->left -= len;
    return (ssize_t)len;
}

static ssize_t take(void *cookie, const char *buffer, size_t len) {
    struct poor *p = cookie;
    (void)buffer;
    if (len > p->left) {
        errno = ENOMEM;
        return 0;
    }
    p->left -= len;
    return (ssize_t)len;
}

Test(sched_fault, files_that_are_not_read_to_the_end, .timeout = 5,
     .description = "SCH-FAULT-001f SCH-LOAD-008b: the stream has no memory behind each byte of a file") {
    static const char text[] = HEADER "1,0,3 2 1\r\n2,0,4\n";
    for (size_t len = 0; len < sizeof text; len++) {
        struct poor poor = {text, len};
        FILE *in = fopencookie(&poor, "r", (cookie_io_functions_t){.read = give});
        require(in != NULL, "open a stream");
        step("workload_read of a stream that has no memory after %zu bytes", len);
        struct reading r = read_stream(in, true);
        expect_int(r.done, -1, "workload_read, no memory after %zu bytes", len);
        expect_text(error_name(r.error), "ENOMEM", "the errno of workload_read, no memory after %zu bytes", len);
        expect_empty(&r.workload);
        expect_int(r.err.line, 0, "the line, for an error that is not about the text");
    }
}

/* A stream that loses one write, and takes all others. */
struct lossy {
    unsigned writes;
    unsigned lost; /* the number of the write that it loses, from 1 */
};

static ssize_t take_all_but_one(void *cookie, const char *buffer, size_t len) {
    struct lossy *l = cookie;
    (void)buffer;
    if (++l->writes != l->lost)
        return (ssize_t)len;
    errno = EIO;
    return 0;
}

/* Loses the first write of a chart, then the second one, and so on. Without a buffer each text is a write. Returns how
 * many of the results are wrong. */
static unsigned losses_hidden(size_t room) {
    static char buffer[64];
    unsigned hidden = 0;
    bool loses = true;
    for (unsigned lost = 1; loses; lost++) {
        struct lossy l = {0, lost};
        FILE *out = fopencookie(&l, "w", (cookie_io_functions_t){.write = take_all_but_one});
        require(out && setvbuf(out, buffer, room ? _IOFBF : _IONBF, room) == 0, "open a stream");
        int done = schedule_print_gantt(&made, out);
        loses = l.writes >= lost;
        fclose(out);
        if (done == (loses ? -1 : 0))
            continue;
        step("schedule_print_gantt returns %d, a buffer of %zu bytes, %u writes, number %u fails", done, room, l.writes,
             lost);
        hidden++;
    }
    return hidden;
}

Test(sched_fault, charts_that_lose_one_write, .timeout = 5,
     .description = "SCH-GANTT-001i: each write of the stream fails, one at a time, and all later ones work") {
    make_schedule();
    expect_int(losses_hidden(0), 0, "failed writes that schedule_print_gantt hides, without a buffer");
    expect_int(losses_hidden(64), 0, "failed writes that schedule_print_gantt hides, with a buffer of 64 bytes");
}

Test(sched_fault, charts_that_are_not_written_to_the_end, .timeout = 5,
     .description = "SCH-FAULT-001f SCH-GANTT-001i: the stream has no memory for a whole chart, with and without a "
                    "buffer") {
    make_schedule();
    for (size_t len = 0; len < 256; len += 32) {
        struct poor poor = {NULL, len};
        FILE *out = fopencookie(&poor, "w", (cookie_io_functions_t){.write = take});
        require(out && (len % 64 == 0 || setvbuf(out, NULL, _IONBF, 0) == 0), "open a stream");
        expect_error(schedule_print_gantt(&made, out), ENOMEM, "schedule_print_gantt, memory for %zu bytes", len);
        fclose(out);
    }
}
