/* workload.c - reading workload files, and describing the first error of a wrong file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/core/descriptors.h"
#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/schedule/workload_text.h"

#include <timeslice/scheduler.h>

#define HEADER "id,arrival,bursts\n"

static int read_text(const char *text, struct workload *w, struct parse_error *error) {
    return read_workload(text, strlen(text), w, error);
}

/* Takes the length, because the file may contain NUL bytes. */
static void refuse_bytes(const char *bytes, size_t len, int error, size_t line, size_t column, const char *found) {
    struct workload w;
    struct parse_error e;
    memset(&e, 0xa5, sizeof e);
    step("the file: %.300s", bytes);
    expect_error(read_workload(bytes, len, &w, &e), error, "workload_read of a wrong file");
    expect_int(e.line, line, "the line of the error");
    expect_int(e.column, column, "the column of the error");
    expect_true(memchr(e.found, '\0', sizeof e.found) && memchr(e.expected, '\0', sizeof e.expected),
                "found and expected end with a NUL");
    expect_text(e.found, found, "err->found");
    expect_true(e.expected[0] != '\0', "err->expected is not empty");
}

static void refuse(const char *text, int error, size_t line, size_t column, const char *found) {
    refuse_bytes(text, strlen(text), error, line, column, found);
}

/* Reads a right file with one job. So a reader that refuses every file fails. */
static void accept_one(const char *text) {
    struct workload w;
    struct parse_error e;
    step("the file: %.300s", text);
    expect_int(read_text(text, &w, &e), 0, "workload_read of a right file");
    expect_int(w.job_count, 1, "job_count");
    workload_free(&w);
}

/* A file that does not fit in a buffer of a fixed size. */
static char *long_file(size_t jobs, size_t bursts) {
    char *text = malloc(64 + jobs * 16 + bursts * 2), *end = text;
    require(text != NULL, "allocate memory");
    end += sprintf(end, HEADER);
    for (size_t i = 0; i < jobs; i++)
        end += sprintf(end, "%zu,%zu,1\n", 2 * i + 1, i);
    end += sprintf(end, "0,0,1");
    for (size_t i = 1; i < bursts; i++)
        end += sprintf(end, " 1");
    return text;
}

Test(workload_read, reads_jobs_in_the_files_order, .timeout = 3,
     .description = "SCH-LOAD-001: three jobs, then 501 jobs, the last with 4001 bursts") {
    static const int64_t bursts[] = {5, 3, 2, 3, 7, 11, 13, 17, 19};
    struct workload w;
    struct parse_error e;
    expect_int(read_text(HEADER "12,40,5\n0,0,3 2 3\n7,5,7 11 13 17 19\n", &w, &e), 0, "workload_read of three jobs");
    expect_int(w.job_count, 3, "job_count");
    expect_true(w.jobs[0].id == 12 && w.jobs[0].arrival == 40 && w.jobs[0].burst_count == 1, "the first job");
    expect_true(w.jobs[1].id == 0 && w.jobs[1].arrival == 0 && w.jobs[1].burst_count == 3, "the second job");
    expect_true(w.jobs[2].id == 7 && w.jobs[2].arrival == 5 && w.jobs[2].burst_count == 5, "the third job");
    for (size_t i = 0, k = 0; i < 3; i++)
        for (size_t b = 0; b < w.jobs[i].burst_count; b++)
            expect_int(w.jobs[i].bursts[b], bursts[k++], "burst %zu of job %zu of the file", b, i);
    workload_free(&w);
    char *text = long_file(500, 4001);
    expect_int(read_text(text, &w, NULL), 0, "workload_read of 501 jobs, the last with 4001 bursts");
    free(text);
    expect_int(w.job_count, 501, "job_count");
    expect_true(w.jobs[499].id == 999 && w.jobs[499].arrival == 499, "the job before the last");
    expect_int(w.jobs[500].burst_count, 4001, "burst_count of the last job");
    workload_free(&w);
}

Test(workload_read, wants_the_header, .timeout = 3,
     .description = "SCH-LOAD-002: nine wrong first lines, such as a shorter one, a longer one, none") {
    accept_one(HEADER "1,0,3\n");
    refuse("", EINVAL, 1, 1, "end of file");
    refuse("id,arrival\n1,0,3\n", EINVAL, 1, 11, "end of line");
    refuse("id,arrival", EINVAL, 1, 11, "end of file");
    refuse("id;arrival,bursts\n", EINVAL, 1, 3, "';'");
    refuse("ID,arrival,bursts\n", EINVAL, 1, 1, "'I'");
    refuse("id,arrival,bursts,io\n", EINVAL, 1, 18, "','");
    refuse("id,arrival,bursts \n", EINVAL, 1, 18, "' '");
    refuse("\nid,arrival,bursts\n", EINVAL, 1, 1, "end of line");
    refuse("1,0,3\n", EINVAL, 1, 1, "'1'");
}

Test(workload_read, tells_where_a_byte_is_out_of_place, .timeout = 3,
     .description = "SCH-LOAD-003: wrong bytes in each part of a line, missing parts, empty lines, NUL bytes") {
    accept_one(HEADER "1,0,3\n");
    refuse(HEADER "x,0,3\n", EINVAL, 2, 1, "'x'");
    refuse(HEADER "1,-2,3\n", EINVAL, 2, 3, "'-'");
    refuse(HEADER "1,+2,3\n", EINVAL, 2, 3, "'+'");
    refuse(HEADER "1, 0,3\n", EINVAL, 2, 3, "' '");
    refuse(HEADER " 1,0,3\n", EINVAL, 2, 1, "' '");
    refuse(HEADER "1 ,0,3\n", EINVAL, 2, 2, "' '");
    refuse(HEADER "1,0\n", EINVAL, 2, 4, "end of line");
    refuse(HEADER "1,0", EINVAL, 2, 4, "end of file");
    refuse(HEADER "1,0,\n", EINVAL, 2, 5, "end of line");
    refuse(HEADER "1,0,3,4\n", EINVAL, 2, 6, "','");
    refuse(HEADER "1,0,3  2 1\n", EINVAL, 2, 7, "' '");
    refuse(HEADER "1,0,3 \n", EINVAL, 2, 7, "end of line");
    refuse(HEADER "1,0,3\t2 1\n", EINVAL, 2, 6, "'\\x09'");
    refuse(HEADER "1,0,3.5\n", EINVAL, 2, 6, "'.'");
    refuse(HEADER "1,0,3\n\n2,0,1\n", EINVAL, 3, 1, "end of line");
    refuse(HEADER "1,0,3\n2,0,4 1 x\n", EINVAL, 3, 9, "'x'");
    refuse(HEADER "1,0,\xc3\xa9\n", EINVAL, 2, 5, "'\\xc3'");
    refuse(HEADER "\"1\",0,3\n", EINVAL, 2, 1, "'\"'");
    refuse_bytes(HEADER "1,\0,3\n", sizeof HEADER - 1 + 6, EINVAL, 2, 3, "'\\x00'");
    refuse_bytes(HEADER "1,0,3\0\n", sizeof HEADER - 1 + 7, EINVAL, 2, 6, "'\\x00'");
}

Test(workload_read, refuses_numbers_that_are_too_large, .timeout = 3,
     .description = "SCH-LOAD-004: INT64_MAX three times, larger numbers, and one of 45 digits") {
    struct workload w;
    expect_int(read_text(HEADER "9223372036854775807,009223372036854775807,9223372036854775807\n", &w, NULL), 0,
               "workload_read of INT64_MAX, three times");
    expect_int(w.job_count, 1, "job_count");
    expect_true(w.jobs[0].id == INT64_MAX && w.jobs[0].arrival == INT64_MAX && w.jobs[0].bursts[0] == INT64_MAX,
                "id, arrival and burst are INT64_MAX");
    workload_free(&w);
    refuse(HEADER "9223372036854775808,0,1\n", ERANGE, 2, 1, "'9223372036854775808'");
    refuse(HEADER "1,9999999999999999999,1\n", ERANGE, 2, 3, "'9999999999999999999'");
    refuse(HEADER "1,0,1\n2,0,1 18446744073709551617 1\n", ERANGE, 3, 7, "'18446744073709551617'");
    refuse(HEADER "1,0,123456789012345678901234567890123456789012345\n", ERANGE, 2, 5,
           "'1234567890123456789012345678901234567890...'");
}

Test(workload_read, refuses_bursts_that_cannot_be, .timeout = 3,
     .description = "SCH-LOAD-005: the bursts 0 and 00, and lines that end after I/O") {
    accept_one(HEADER "1,0,3 2 01\n");
    refuse(HEADER "1,0,3 0 4\n", EINVAL, 2, 7, "'0'");
    refuse(HEADER "1,0,0\n", EINVAL, 2, 5, "'0'");
    refuse(HEADER "1,0,3 2 00\n", EINVAL, 2, 9, "'00'");
    refuse(HEADER "1,0,3 2\n", EINVAL, 2, 8, "end of line");
    refuse(HEADER "1,0,3 2", EINVAL, 2, 8, "end of file");
}

Test(workload_read, refuses_repeated_ids, .timeout = 3,
     .description = "SCH-LOAD-006: one repeated id, two of them, and one before another error") {
    accept_one(HEADER "1,0,3\n");
    refuse(HEADER "1,0,3\n2,0,1\n1,5,2\n", EINVAL, 4, 1, "'1'");
    refuse(HEADER "1,0,3\n01,0,1\n", EINVAL, 3, 1, "'1'");
    refuse(HEADER "3,0,3\n2,0,1\n2,1,1\n3,0,1\n", EINVAL, 4, 1, "'2'");
    refuse(HEADER "2,0,3\n3,0,1\n3,1,1\n2,0,1\n", EINVAL, 4, 1, "'3'");
    refuse(HEADER "1,0,3\n1,0,1\n2,0,x\n", EINVAL, 4, 5, "'x'");
}

Test(workload_read, takes_either_end_of_line, .timeout = 3,
     .description = "SCH-LOAD-007: LF, CR LF, both in one file, and no end of line") {
    struct workload w;
    accept_one("id,arrival,bursts\r\n1,0,3\r\n");
    accept_one("id,arrival,bursts\n1,0,3 2 1\r\n");
    accept_one("id,arrival,bursts\n1,0,3");
    expect_int(read_text("id,arrival,bursts", &w, NULL), 0, "workload_read of a header without a newline");
    expect_int(w.job_count, 0, "job_count");
    workload_free(&w);
    expect_int(read_text(HEADER, &w, NULL), 0, "workload_read of a header alone");
    expect_int(w.job_count, 0, "job_count");
    workload_free(&w);
    refuse(HEADER "1,0,3\r4\n", EINVAL, 2, 6, "'\\x0d'");
    refuse(HEADER "1,0,3\r", EINVAL, 2, 6, "'\\x0d'");
    refuse(HEADER "1,0,3 2\r\n", EINVAL, 2, 8, "end of line");
}

static bool is_zero(const struct workload *w) {
    return !w->jobs && w->job_count == 0;
}

Test(workload_read, leaves_nothing_behind, .timeout = 3,
     .description = "SCH-LOAD-008: right and wrong files without err, and a stream that cannot be read") {
    static const char *const WRONG[] = {"",
                                        HEADER "1,0,3 2 1\n2,0,3 2 x\n",
                                        HEADER "1,0,3\n2,0,3\n1,0,1 1 1\n",
                                        HEADER "1,0,3 2",
                                        HEADER "1,0,99999999999999999999",
                                        HEADER "1,0,3\n2"};
    struct workload w;
    int before = open_descriptors();
    expect_int(read_text(HEADER "1,0,3\n2,1,3 2 3\n", &w, NULL), 0, "workload_read without a struct parse_error");
    expect_int(w.job_count, 2, "job_count");
    workload_free(&w);
    expect_true(is_zero(&w), "workload_free leaves the workload all zero");
    workload_free(&w);
    workload_free(NULL);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        expect_int(read_text(WRONG[i], &w, NULL), -1, "workload_read of a wrong file, number %zu", i);
        expect_true(is_zero(&w), "*out is all zero after the error");
    }
    FILE *unreadable = fopen("/dev/null", "w");
    struct parse_error e = {.line = 7};
    require(unreadable != NULL, "open /dev/null");
    expect_int(workload_read(unreadable, &w, &e), -1, "workload_read of a stream that cannot be read");
    expect_int(e.line, 0, "the line, for an error that is not about the text");
    expect_true(is_zero(&w), "*out is all zero after the error");
    fclose(unreadable);
    expect_int(open_descriptors(), before, "open descriptors at the end");
}
