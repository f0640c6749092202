/* people.c - results for people at a terminal: one line for each test, and all details of a test that did not pass. */
#include "people.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INDENT = 6 };

static const char *paint(bool colour, const char *code) {
    return colour ? code : "";
}

static void add_block(struct text *text, const char *title, const struct text *block) {
    size_t len = block->len;
    while (len > 0 && block->bytes[len - 1] == '\n')
        len--;
    if (len == 0)
        return;
    text_printf(text, "%*s%s", INDENT, "", title);
    text_visible(text, block->bytes, len, INDENT + (int)strlen(title));
    text_say(text, "\n");
}

static void add_complaints(struct text *text, const struct result *result) {
    enum { SHOWN = 5 };
    for (size_t i = 0; i < result->complaints_count && i < SHOWN; i++) {
        const struct complaint *complaint = &result->complaints[i];
        text_printf(text, "%*s", INDENT, "");
        text_visible(text, complaint->file.bytes, complaint->file.len, INDENT);
        text_printf(text, ":%u: ", complaint->line);
        text_visible(text, complaint->text.bytes, complaint->text.len, INDENT + 2);
        text_say(text, "\n");
    }
    if (result->failed > SHOWN)
        text_printf(text, "%*sand %lu more\n", INDENT, "", result->failed - SHOWN);
}

static void add_left_behind(struct text *text, const struct result *result) {
    for (size_t i = 0; i < result->descriptors_count; i++)
        text_printf(text, "%*sleft open: descriptor %d, %s\n", INDENT, "", result->descriptors[i].number,
                    result->descriptors[i].target);
    for (size_t i = 0; i < result->strays_count; i++) {
        text_printf(text, "%*sleft running: process %d, ", INDENT, "", (int)result->strays[i].pid);
        text_visible(text, result->strays[i].name, strlen(result->strays[i].name), INDENT);
        text_say(text, "\n");
    }
}

/* The path of this program, as one word of a shell. */
static void add_program(struct text *text) {
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);
    text_say(text, "'");
    for (ssize_t at = 0; at < len; at++)
        path[at] == '\'' ? text_say(text, "'\\''") : text_add(text, &path[at], 1);
    text_say(text, "'");
}

static void add_details(struct text *text, const struct result *result, const struct options *options) {
    const struct bank_test *test = result->test;
    if (test->adds[0] != '\0')
        text_printf(text, "%*s%s%s%s\n", INDENT, "", test->addresses, test->addresses[0] != '\0' ? ": " : "",
                    test->adds);
    if (result->detail[0] != '\0')
        text_printf(text, "%*s%s: %s\n", INDENT, "", verdict_name(result->verdict), result->detail);
    add_complaints(text, result);
    add_block(text, "steps: ", &result->steps);
    add_block(text, "output: ", &result->output);
    add_left_behind(text, result);
    text_printf(text, "%*srun again: ", INDENT, "");
    add_program(text);
    text_printf(text, " --only %s/%s --seed %" PRIu64 "\n", test->suite, test->name, options->seed);
}

void people_test(struct text *text, const struct result *result, const struct options *options, bool colour) {
    const struct bank_test *test = result->test;
    bool good = result->verdict == VERDICT_PASSED;
    good = good && !result->tool_finding;
    const char *word = good ? "ok  " : result->verdict == VERDICT_PASSED ? "MEM " : "FAIL";
    text_printf(text, "%s%s%s  %s/%s", paint(colour, good ? "\033[32m" : "\033[31m"), word, paint(colour, "\033[0m"),
                test->suite, test->name);
    text_printf(text, "%s  (%.3f s)%s\n", paint(colour, "\033[2m"), result->seconds, paint(colour, "\033[0m"));
    if (!good || result->descriptors_count > 0)
        add_details(text, result, options);
}

void people_end(struct text *text, size_t tests, size_t passed, bool colour) {
    text_printf(text, "%s%zu of %zu tests as they should be%s\n",
                paint(colour, passed == tests ? "\033[1;32m" : "\033[1;31m"), passed, tests, paint(colour, "\033[0m"));
}
