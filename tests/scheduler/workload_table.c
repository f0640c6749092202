/* workload_table.c - many wrong workload files, and many right ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/core/expect.h"
#include "support/core/require.h"
#include "support/schedule/workload_text.h"

#include <timeslice/scheduler.h>

#define HEADER "id,arrival,bursts\n"

struct wrong_file {
    const char *text;
    size_t line, column;
    const char *found;
};

/* The text with escapes, so that a failure shows each byte. */
static const char *shown(const char *text) {
    static char page[1024];
    size_t used = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c && used + 8 < sizeof page; c++) {
        if (*c == '\n' || *c == '\r')
            used += (size_t)sprintf(page + used, "\\%c", *c == '\n' ? 'n' : 'r');
        else
            used += (size_t)sprintf(page + used, *c >= ' ' && *c <= '~' ? "%c" : "\\x%02x", *c);
    }
    page[used] = '\0';
    return page;
}

static void refuse(const struct wrong_file *file, int error) {
    struct workload w;
    struct parse_error e;
    memset(&e, 0xa5, sizeof e);
    step("the file: %s", shown(file->text));
    expect_error(read_workload(file->text, strlen(file->text), &w, &e), error, "workload_read of %s",
                 shown(file->text));
    expect_int(e.line, file->line, "the line of the error in %s", shown(file->text));
    expect_int(e.column, file->column, "the column of the error in %s", shown(file->text));
    expect_true(memchr(e.found, '\0', sizeof e.found) && memchr(e.expected, '\0', sizeof e.expected),
                "found and expected end with a NUL");
    expect_text(e.found, file->found, "err->found for %s", shown(file->text));
    expect_true(e.expected[0] != '\0', "err->expected is not empty");
    expect_true(!w.jobs && w.job_count == 0, "*out is all zero after the error");
}

#define refuse_all(files, error)                                                                                       \
    for (size_t i = 0; i < sizeof(files) / sizeof(files)[0]; i++)                                                      \
    refuse(&(files)[i], (error))

#define LINE_END "end of line"
#define FILE_END "end of file"

Test(workload_read, finds_each_wrong_byte_of_the_header, .timeout = 3,
     .description = "SCH-LOAD-002: the header with one byte changed, added or taken away, at each place") {
    static const char right[] = "id,arrival,bursts";
    for (size_t i = 0; i < sizeof right - 1; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s\n1,0,3\n", right);
        text[i] = '#';
        refuse(&(struct wrong_file){text, 1, i + 1, "'#'"}, EINVAL);
        snprintf(text, sizeof text, "%.*s\n1,0,3\n", (int)i, right);
        refuse(&(struct wrong_file){text, 1, i + 1, LINE_END}, EINVAL);
        snprintf(text, sizeof text, "%.*s", (int)i, right);
        refuse(&(struct wrong_file){text, 1, i + 1, FILE_END}, EINVAL);
        snprintf(text, sizeof text, "%.*s %s\n", (int)i, right, right + i);
        refuse(&(struct wrong_file){text, 1, i + 1, "' '"}, EINVAL);
    }
    static const struct wrong_file more[] = {
        {"\xef\xbb\xbfid,arrival,bursts\n", 1, 1, "'\\xef'"},
        {"\r\nid,arrival,bursts\n", 1, 1, LINE_END},
        {"id,arrival,bursts\r", 1, 18, "'\\x0d'"},
        {"id,arrival,bursts\rx\n", 1, 18, "'\\x0d'"},
        {"id,arrival\r\n", 1, 11, LINE_END},
        {"id,arrival,burst\n", 1, 17, LINE_END},
        {"Id,arrival,bursts\n", 1, 1, "'I'"},
        {"id,arrival,bursts\r\r\n", 1, 18, "'\\x0d'"},
        {"id, arrival, bursts\n", 1, 4, "' '"},
        {"id,arrival,bursts,\n", 1, 18, "','"},
    };
    refuse_all(more, EINVAL);
}

static const struct wrong_file ENDS[] = {
    {HEADER "1,0,3\r\r\n", 2, 6, "'\\x0d'"},
    {HEADER "1,0,3\r\r", 2, 6, "'\\x0d'"},
    {HEADER "1,0,3\r", 2, 6, "'\\x0d'"},
    {HEADER "1,0,3\r2,0,3\n", 2, 6, "'\\x0d'"},
    {HEADER "1\r,0,3\n", 2, 2, "'\\x0d'"},
    {HEADER "\r1,0,3\n", 2, 1, "'\\x0d'"},
    {HEADER "1,0,\r\n", 2, 5, LINE_END},
    {HEADER "1,0\r\n", 2, 4, LINE_END},
    {HEADER "1,0,3 \r\n", 2, 7, LINE_END},
    {HEADER "1\n", 2, 2, LINE_END},
    {HEADER "1,\n", 2, 3, LINE_END},
    {HEADER "1,0,3\n2\n", 3, 2, LINE_END},
    {HEADER "1", 2, 2, FILE_END},
    {HEADER "1,", 2, 3, FILE_END},
    {HEADER "1,0", 2, 4, FILE_END},
    {HEADER "1,0,", 2, 5, FILE_END},
    {HEADER "1,0,3 ", 2, 7, FILE_END},
    {HEADER "1,0,3\n2,5", 3, 4, FILE_END},
    {HEADER "1,0,3\r\n2,0,1\r\n3,x\r\n", 4, 3, "'x'"},
    {HEADER "1,0,3\n\r2,0,3\n", 3, 1, "'\\x0d'"},
};

static const struct wrong_file EMPTY[] = {
    {HEADER "\n", 2, 1, LINE_END},
    {HEADER "\r\n", 2, 1, LINE_END},
    {HEADER "\n\n", 2, 1, LINE_END},
    {HEADER "\n1,0,3\n", 2, 1, LINE_END},
    {HEADER "1,0,3\n\n", 3, 1, LINE_END},
    {HEADER "1,0,3\n\r\n", 3, 1, LINE_END},
    {HEADER "1,0,3\r\n\r\n", 3, 1, LINE_END},
    {HEADER "1,0,3\n\n\n", 3, 1, LINE_END},
    {HEADER "1,0,3\n\n2,0,3\n", 3, 1, LINE_END},
    {HEADER "1,0,3\n2,0,3\n\n", 4, 1, LINE_END},
    {HEADER "1,0,3\n \n", 3, 1, "' '"},
    {HEADER "1,0,3\n ", 3, 1, "' '"},
    {"id,arrival,bursts\r\n\r\n", 2, 1, LINE_END},
};

Test(workload_read, refuses_wrong_ends_of_lines, .timeout = 3,
     .description =
         "SCH-LOAD-003c SCH-LOAD-003g SCH-LOAD-003h SCH-LOAD-003d: lines and files that end at each wrong place") {
    refuse_all(ENDS, EINVAL);
}

Test(workload_read, refuses_empty_lines, .timeout = 3,
     .description = "SCH-LOAD-003b SCH-LOAD-003g: behind the header, between two jobs, behind the last job") {
    refuse_all(EMPTY, EINVAL);
}

static const struct wrong_file BYTES[] = {
    {HEADER " 1,0,3\n", 2, 1, "' '"},         {HEADER "1 ,0,3\n", 2, 2, "' '"},
    {HEADER "1,0 ,3\n", 2, 4, "' '"},         {HEADER "1,0, 3\n", 2, 5, "' '"},
    {HEADER "\t1,0,3\n", 2, 1, "'\\x09'"},    {HEADER "1,\t0,3\n", 2, 3, "'\\x09'"},
    {HEADER "1,0,3\t\n", 2, 6, "'\\x09'"},    {HEADER "1,0,3  2 1\n", 2, 7, "' '"},
    {HEADER "1,0,3 2  1\n", 2, 9, "' '"},     {HEADER "1,0,3 2 1 \n", 2, 11, LINE_END},
    {HEADER "+1,0,3\n", 2, 1, "'+'"},         {HEADER "-1,0,3\n", 2, 1, "'-'"},
    {HEADER "1,+0,3\n", 2, 3, "'+'"},         {HEADER "1,-0,3\n", 2, 3, "'-'"},
    {HEADER "1,0,+3\n", 2, 5, "'+'"},         {HEADER "1,0,-3\n", 2, 5, "'-'"},
    {HEADER "1,0,3 +2 1\n", 2, 7, "'+'"},     {HEADER "1,0,3 -2 1\n", 2, 7, "'-'"},
    {HEADER "1,0,3.0\n", 2, 6, "'.'"},        {HEADER "1,0,3e2\n", 2, 6, "'e'"},
    {HEADER "0x1,0,3\n", 2, 2, "'x'"},        {HEADER "\"1\",0,3\n", 2, 1, "'\"'"},
    {HEADER "1,'0',3\n", 2, 3, "'''"},        {HEADER "1,0,\"3\"\n", 2, 5, "'\"'"},
    {HEADER "# a comment\n", 2, 1, "'#'"},    {HEADER "1,0,3 # x\n", 2, 7, "'#'"},
    {HEADER "1,0,3#\n", 2, 6, "'#'"},         {HEADER "1;0;3\n", 2, 2, "';'"},
    {HEADER ",0,3\n", 2, 1, "','"},           {HEADER "1,,3\n", 2, 3, "','"},
    {HEADER "1,0,,3\n", 2, 5, "','"},         {HEADER "1,0,3,\n", 2, 6, "','"},
    {HEADER "1,0,3 2,1\n", 2, 8, "','"},      {HEADER "1 0 3\n", 2, 2, "' '"},
    {HEADER "1,0,3 2 1x\n", 2, 10, "'x'"},    {HEADER "1,0,3\x7f\n", 2, 6, "'\\x7f'"},
    {HEADER "1,0,3\xff\n", 2, 6, "'\\xff'"},  {HEADER "1,0,3\v\n", 2, 6, "'\\x0b'"},
    {HEADER "1,0,3\f\n", 2, 6, "'\\x0c'"},    {HEADER "1,0,3~\n", 2, 6, "'~'"},
    {HEADER "1,0,3\\\n", 2, 6, "'\\'"},       {HEADER "x,-1\n", 2, 1, "'x'"},
    {HEADER "1,0,3\nx,-1\n-\n", 3, 1, "'x'"}, {HEADER "1,0,3\n2,0,1 2 -1\n", 3, 9, "'-'"},
    {HEADER "1,0,3\n" HEADER, 3, 1, "'i'"},   {HEADER "١,0,3\n", 2, 1, "'\\xd9'"},
};

Test(workload_read, refuses_each_byte_out_of_place, .timeout = 3,
     .description =
         "SCH-LOAD-003 SCH-LOAD-003a SCH-LOAD-003d SCH-LOAD-003e SCH-LOAD-003f SCH-LOAD-003i: one at each place") {
    refuse_all(BYTES, EINVAL);
}

/* Every byte that is not part of a number ends it. So each of them gives one known error behind "1,0,3". */
Test(workload_read, names_each_byte, .timeout = 3,
     .description = "SCH-LOAD-003f SCH-LOAD-003a: each of the 244 bytes that cannot stand behind a number") {
    for (int byte = 0; byte < 256; byte++) {
        char text[] = HEADER "1,0,3_4\n", found[16];
        struct workload w;
        struct parse_error e;
        if ((byte >= '0' && byte <= '9') || byte == ' ' || byte == '\n')
            continue;
        text[sizeof HEADER - 1 + 5] = (char)byte;
        snprintf(found, sizeof found, byte >= ' ' && byte <= '~' ? "'%c'" : "'\\x%02x'", byte);
        expect_error(read_workload(text, sizeof text - 1, &w, &e), EINVAL, "a line with the byte %d", byte);
        expect_int(e.column, 6, "the column of the byte %d", byte);
        expect_text(e.found, found, "err->found for the byte %d", byte);
    }
}

static const struct wrong_file LARGE[] = {
    {HEADER "9223372036854775808,0,3\n", 2, 1, "'9223372036854775808'"},
    {HEADER "1,9223372036854775808,3\n", 2, 3, "'9223372036854775808'"},
    {HEADER "1,0,9223372036854775808\n", 2, 5, "'9223372036854775808'"},
    {HEADER "1,0,3 9223372036854775808 1\n", 2, 7, "'9223372036854775808'"},
    {HEADER "1,0,3 2 9223372036854775817\n", 2, 9, "'9223372036854775817'"},
    {HEADER "18446744073709551615,0,3\n", 2, 1, "'18446744073709551615'"},
    {HEADER "18446744073709551616,0,3\n", 2, 1, "'18446744073709551616'"},
    {HEADER "1,36893488147419103232,3\n", 2, 3, "'36893488147419103232'"},
    {HEADER "1,0,009223372036854775808\n", 2, 5, "'009223372036854775808'"},
    {HEADER "1,0,3\n2,0,1\n3,0,92233720368547758070\n", 4, 5, "'92233720368547758070'"},
    {HEADER "1,0,1234567890123456789012345678901234567890\n", 2, 5, "'1234567890123456789012345678901234567890'"},
    {HEADER "1,0,12345678901234567890123456789012345678901\n", 2, 5, "'1234567890123456789012345678901234567890...'"},
    {HEADER "9223372036854775808", 2, 1, "'9223372036854775808'"},
    {HEADER "1,0,9223372036854775808\r\n", 2, 5, "'9223372036854775808'"},
    {HEADER "1,0,3\n1,0,9223372036854775808\n", 3, 5, "'9223372036854775808'"},
};

static void accept_file(const char *text, size_t jobs, int64_t last_burst) {
    struct workload w;
    step("the file: %s", shown(text));
    expect_int(read_workload(text, strlen(text), &w, NULL), 0, "workload_read of %s", shown(text));
    expect_int(w.job_count, jobs, "job_count of %s", shown(text));
    if (jobs > 0)
        expect_int(w.jobs[jobs - 1].bursts[w.jobs[jobs - 1].burst_count - 1], last_burst, "the last burst of %s",
                   shown(text));
    workload_free(&w);
}

Test(workload_read, refuses_each_number_that_is_too_large, .timeout = 3,
     .description =
         "SCH-LOAD-004 SCH-LOAD-004a SCH-LOAD-004b SCH-LOAD-004c: each column, 40 and 41 digits, many zeros") {
    refuse_all(LARGE, ERANGE);
    accept_file(HEADER "0,0,9223372036854775807\n", 1, INT64_MAX);
    accept_file(HEADER "000,000,0009223372036854775807 01 07\n", 1, 7);
    accept_file(HEADER "0,00000000000000000000000000000000000000000000000000000000000000000000000000000001,3\n", 1, 3);
    accept_file(HEADER "1,9223372036854775807,1 9223372036854775807 2\n", 1, 2);
}

static const struct wrong_file BURSTS[] = {
    {HEADER "1,0,0\n", 2, 5, "'0'"},
    {HEADER "1,0,3 0 1\n", 2, 7, "'0'"},
    {HEADER "1,0,3 2 0\n", 2, 9, "'0'"},
    {HEADER "1,0,000\n", 2, 5, "'000'"},
    {HEADER "1,0,0", 2, 5, "'0'"},
    {HEADER "1,0,3 2\n", 2, 8, LINE_END},
    {HEADER "1,0,3 2\r\n", 2, 8, LINE_END},
    {HEADER "1,0,3 2", 2, 8, FILE_END},
    {HEADER "1,0,3 2 1 4\n", 2, 12, LINE_END},
    {HEADER "1,0,3\n2,0,1 10\n", 3, 9, LINE_END},
    {HEADER "1,0,3 2\n2,0,x\n", 2, 8, LINE_END},
    {HEADER "1,0,00000000000000000000000000000000000000000\n", 2, 5, "'0000000000000000000000000000000000000000...'"},
};

Test(workload_read, refuses_each_burst_that_cannot_be, .timeout = 3,
     .description =
         "SCH-LOAD-005 SCH-LOAD-004b SCH-LOAD-004c: bursts of 0 at each place, and lines that end after I/O") {
    refuse_all(BURSTS, EINVAL);
    accept_file(HEADER "0,0,1\n", 1, 1);
}

static const struct wrong_file IDS[] = {
    {HEADER "1,0,3\n1,0,3\n", 3, 1, "'1'"},
    {HEADER "0,0,3\n00,0,3\n", 3, 1, "'0'"},
    {HEADER "007,0,3\n2,0,3\n7,0,3\n", 4, 1, "'7'"},
    {HEADER "1,0,3\n2,0,3\n3,0,3\n2,0,3\n1,0,3\n", 5, 1, "'2'"},
    {HEADER "5,0,3\n4,0,3\n5,0,3\n5,0,3\n4,0,3\n", 4, 1, "'5'"},
    {HEADER "9,0,3\n1,0,3\n1,0,3\n9,0,3\n", 4, 1, "'1'"},
    {HEADER "9223372036854775807,0,3\r\n9223372036854775807,0,3\r\n", 3, 1, "'9223372036854775807'"},
    {HEADER "1,0,3\n1,0,3\n2,0,3 1\n", 4, 8, LINE_END},
    {HEADER "1,0,3\n1,0,3\n2,0,0\n", 4, 5, "'0'"},
    {HEADER "1,0,3\n1,0,3\n\n", 4, 1, LINE_END},
    {HEADER "1,0,3\n1,0,3\n2,0", 4, 4, FILE_END},
};

Test(workload_read, refuses_each_repeated_id, .timeout = 3,
     .description =
         "SCH-LOAD-006 SCH-LOAD-006a SCH-LOAD-006b SCH-LOAD-006c: one or several, before and behind other errors") {
    refuse_all(IDS, EINVAL);
    static const struct wrong_file last = {HEADER "1,0,3\n1,0,3\n2,0,9999999999999999999\n", 4, 5,
                                           "'9999999999999999999'"};
    refuse(&last, ERANGE);
    accept_file(HEADER "1,0,3\n4294967297,0,3\n", 2, 3); /* equal in 32 bits */
}

Test(workload_read, takes_every_right_file, .timeout = 3,
     .description = "SCH-LOAD-007 SCH-LOAD-007a SCH-LOAD-001a: both ends of line in every place, jobs in any order") {
    accept_file("id,arrival,bursts", 0, 0);
    accept_file("id,arrival,bursts\n", 0, 0);
    accept_file("id,arrival,bursts\r\n", 0, 0);
    accept_file("id,arrival,bursts\r\n1,0,3", 1, 3);
    accept_file("id,arrival,bursts\n1,0,3\r\n2,0,4\n3,0,5\r\n4,0,6", 4, 6);
    accept_file("id,arrival,bursts\r\n9,9,3\r\n1,0,4\r\n5,4,5 1 7\r\n", 3, 7);
    accept_file(HEADER "4294967299,4294967296,4294967296\n0,0,1 1 4294967297\n", 2, 4294967297);
}
