/* workload.c - libFuzzer against the parser of workload files, and a short run of what it accepts (make fuzz).
 *
 * The sanitizers see memory errors. This file checks more. An input is read the same way twice. An error has words, and
 * its place is inside the text. schedule_run takes every workload that was read.
 */
#include <timeslice/scheduler.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(what) ((what) ? (void)0 : abort())

static int read_from(const uint8_t *data, size_t size, struct workload *w, struct parse_error *e) {
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "r");
    require(in);
    errno = 0;
    int result = workload_read(in, w, e);
    int error = errno;
    fclose(in);
    errno = error;
    return result;
}

static size_t count_lines(const uint8_t *data, size_t size) {
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    return lines;
}

/* Few enough ticks that even the shortest quantum makes a small schedule. */
static bool is_short(const struct workload *w) {
    int64_t sum = 0;
    for (size_t i = 0; i < w->job_count; i++)
        for (size_t k = 0; k < w->jobs[i].burst_count; k++)
            if (__builtin_add_overflow(sum, w->jobs[i].bursts[k], &sum) || sum > 10000)
                return false;
    return true;
}

static void run(const struct workload *w) {
    struct sched_options o = {
        .policy = POLICY_MLFQ, .cpus = 2, .switch_cost = 1, .levels = {1, 3}, .level_count = 2, .boost = 7};
    struct schedule s;
    int result = schedule_run(w, &o, &s);
    require(result == 0 || errno == ERANGE);
    require(result < 0 || s.job_count == w->job_count);
    schedule_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct workload w, again;
    struct parse_error e, same;
    if (size == 0)
        return 0; /* fmemopen refuses it */
    int result = read_from(data, size, &w, &e);
    int error = errno;
    require(read_from(data, size, &again, &same) == result && errno == error);
    require(memcmp(&e, &same, sizeof e) == 0 && w.job_count == again.job_count);
    if (result < 0) {
        require(error == EINVAL || error == ERANGE);
        require(!w.jobs && w.job_count == 0);
        require(e.line >= 1 && e.line <= count_lines(data, size) && e.column >= 1 && e.column <= size + 1);
        require(e.found[0] != '\0' && e.expected[0] != '\0');
        require(memchr(e.found, '\0', sizeof e.found) && memchr(e.expected, '\0', sizeof e.expected));
    } else if (is_short(&w)) {
        run(&w);
    }
    workload_free(&w);
    workload_free(&again);
    return 0;
}
