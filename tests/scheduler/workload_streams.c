/* workload_streams.c - streams that fail, large files, and memory of workload_read. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/core/rounds.h"

#include <timeslice/scheduler.h>

#define HEADER "id,arrival,bursts\n"

/* A stream that gives a text and then fails. */
struct broken {
    const char *text;
    size_t given;
};

static ssize_t give(void *cookie, char *buffer, size_t room) {
    struct broken *b = cookie;
    size_t left = strlen(b->text) - b->given;
    if (left == 0) {
        errno = EIO;
        return -1;
    }
    if (left > room)
        left = room;
    memcpy(buffer, b->text + b->given, left);
    b->given += left;
    return (ssize_t)left;
}

static void expect_stream_error(FILE *in, int error, bool with_err, const char *what) {
    struct workload w;
    struct parse_error e;
    memset(&w, 0xa5, sizeof w);
    memset(&e, 0xa5, sizeof e);
    require(in != NULL, "open a stream");
    expect_error(workload_read(in, &w, with_err ? &e : NULL), error, "workload_read of a stream that fails, %s", what);
    expect_true(!w.jobs && w.job_count == 0, "*out is all zero after the error, %s", what);
    if (with_err)
        expect_int(e.line, 0, "the line, for an error that is not about the text, %s", what);
    fclose(in);
    workload_free(&w);
}

Test(workload_read, tells_when_the_stream_fails, .timeout = 3,
     .description =
         "SCH-LOAD-008 SCH-LOAD-008b SCH-LOAD-008c: EIO behind each part of a file, a directory, a closed end") {
    static const char *const PARTS[] = {"",
                                        "id,arr",
                                        "id,arrival,bursts",
                                        HEADER,
                                        HEADER "1",
                                        HEADER "1,",
                                        HEADER "1,0,3",
                                        HEADER "1,0,3 2",
                                        HEADER "1,0,3 2 ",
                                        HEADER "1,0,3\r",
                                        HEADER "1,0,3\n",
                                        HEADER "1,0,3 2 1\n2,0,4\n"};
    for (size_t i = 0; i < 2 * sizeof PARTS / sizeof PARTS[0]; i++) {
        struct broken b = {PARTS[i / 2], 0};
        FILE *in = fopencookie(&b, "r", (cookie_io_functions_t){.read = give});
        expect_stream_error(in, EIO, i % 2, PARTS[i / 2]);
    }
    expect_stream_error(fdopen(open("/", O_RDONLY | O_DIRECTORY), "r"), EISDIR, true, "a directory");
    expect_stream_error(fopen("/dev/null", "w"), EBADF, true, "a stream that is open for writing");
}

/* A file that does not fit in tables of a fixed size. */
Test(workload_read, reads_long_files, .timeout = 5,
     .description = "SCH-LOAD-001 SCH-LOAD-001b SCH-RULE-005: three thousand lines, and a line with 12,001 bursts") {
    size_t lines = rounds(3000), bursts = rounds(12000) / 2 * 2 + 1, used = 0, wrong = 0;
    char *text = malloc(64 + lines * 24 + bursts * 2);
    struct workload w;
    require(text != NULL, "allocate memory");
    used += (size_t)sprintf(text, HEADER);
    for (size_t i = 0; i < lines; i++)
        used += (size_t)sprintf(text + used, "%zu,%zu,%zu\n", lines - i, i, i % 7 + 1);
    used += (size_t)sprintf(text + used, "0,0,1");
    for (size_t i = 1; i < bursts; i++)
        used += (size_t)sprintf(text + used, " %zu", i % 9 + 1);
    FILE *in = fmemopen(text, used, "r");
    require(in != NULL, "open a stream");
    expect_int(workload_read(in, &w, NULL), 0, "workload_read of a long file");
    fclose(in);
    free(text);
    expect_int(w.job_count, lines + 1, "job_count");
    for (size_t i = 0; i < lines; i++)
        wrong += w.jobs[i].id != (int64_t)(lines - i) || w.jobs[i].arrival != (int64_t)i ||
                 w.jobs[i].burst_count != 1 || w.jobs[i].bursts[0] != (int64_t)(i % 7 + 1);
    expect_int(wrong, 0, "jobs that are not as in the file");
    expect_int(w.jobs[lines].burst_count, bursts, "burst_count of the last job");
    for (size_t i = 1; i < bursts; i++)
        wrong += w.jobs[lines].bursts[i] != (int64_t)(i % 9 + 1);
    expect_int(wrong, 0, "bursts that are not as in the file");
    workload_free(&w);
}

Test(workload_read, frees_twice_and_takes_null, .timeout = 3,
     .description = "SCH-LOAD-008a: after success, after an error, and with NULL") {
    char right[] = HEADER "1,0,3 2 1\n2,0,4\n", wrong[] = HEADER "1,0,3 2 1\n2,0,4 x\n";
    FILE *first = fmemopen(right, sizeof right - 1, "r"), *second = fmemopen(wrong, sizeof wrong - 1, "r");
    struct workload w;
    require(first && second, "open streams");
    expect_int(workload_read(first, &w, NULL), 0, "workload_read of a right file");
    workload_free(&w);
    expect_true(!w.jobs && w.job_count == 0, "workload_free leaves the struct all zero");
    workload_free(&w);
    expect_error(workload_read(second, &w, NULL), EINVAL, "workload_read of a wrong file");
    workload_free(&w);
    workload_free(&w);
    workload_free(NULL);
    fclose(first);
    fclose(second);
}
