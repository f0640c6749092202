/* records.c - results as lines of JSON, for programs. All text that a test can change goes through text_json. */
#include "records.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add_string(struct text *text, const char *name, const char *value) {
    text_printf(text, ",\"%s\":", name);
    text_json(text, value, strlen(value));
}

static void add_text(struct text *text, const char *name, const struct text *value) {
    text_printf(text, ",\"%s\":", name);
    text_json(text, value->len > 0 ? value->bytes : "", value->len);
}

static void add_identity(struct text *text, const struct bank_test *test) {
    text_say(text, "\"suite\":");
    text_json(text, test->suite, strlen(test->suite));
    add_string(text, "test", test->name);
    text_printf(text, ",\"index\":%zu", test->index);
    add_string(text, "addresses", test->addresses);
    add_string(text, "adds", test->adds);
    add_string(text, "file", test->file);
    text_printf(text, ",\"line\":%u", test->line);
}

void records_listed(struct text *text, const struct bank_test *test) {
    text_say(text, "{");
    add_identity(text, test);
    text_printf(text, ",\"timeout\":%g}\n", test->timeout);
}

void records_start(struct text *text, const struct options *options, size_t tests) {
    text_printf(text, "{\"event\":\"start\",\"version\":1,\"mode\":\"%s\",\"tests\":%zu,\"seed\":%" PRIu64 "}\n",
                options_mode_name(options->mode), tests, options->seed);
}

static void add_messages(struct text *text, const struct result *result) {
    text_say(text, ",\"messages\":[");
    for (size_t i = 0; i < result->complaints_count; i++) {
        const struct complaint *complaint = &result->complaints[i];
        text_printf(text, "%s{\"line\":%u", i > 0 ? "," : "", complaint->line);
        add_text(text, "file", &complaint->file);
        add_text(text, "text", &complaint->text);
        text_say(text, "}");
    }
    text_say(text, "]");
}

static void add_steps(struct text *text, const struct text *steps) {
    const char *at = steps->len > 0 ? steps->bytes : "";
    text_say(text, ",\"steps\":[");
    for (bool first = true; *at != '\0'; first = false) {
        size_t len = strcspn(at, "\n");
        text_say(text, first ? "" : ",");
        text_json(text, at, len);
        at += len + (at[len] == '\n' ? 1 : 0);
    }
    text_say(text, "]");
}

static void add_left_behind(struct text *text, const struct result *result) {
    text_say(text, ",\"descriptors\":[");
    for (size_t i = 0; i < result->descriptors_count; i++) {
        text_printf(text, "%s{\"fd\":%d", i > 0 ? "," : "", result->descriptors[i].number);
        add_string(text, "target", result->descriptors[i].target);
        text_say(text, "}");
    }
    text_say(text, "],\"strays\":[");
    for (size_t i = 0; i < result->strays_count; i++) {
        text_printf(text, "%s{\"pid\":%d", i > 0 ? "," : "", (int)result->strays[i].pid);
        add_string(text, "name", result->strays[i].name);
        text_say(text, "}");
    }
    text_say(text, "]");
}

void records_test(struct text *text, const struct result *result) {
    text_say(text, "{\"event\":\"test\",");
    add_identity(text, result->test);
    text_printf(text, ",\"pid\":%d,\"pids\":[%s]", (int)result->pid, result->pids.len > 0 ? result->pids.bytes : "");
    text_printf(text, ",\"verdict\":\"%s\"", verdict_name(result->verdict));
    text_printf(text, ",\"signal\":%d,\"exit_code\":%d", result->signal, result->exit_code);
    text_printf(text, ",\"assertions\":{\"passed\":%lu,\"failed\":%lu}", result->passed, result->failed);
    text_printf(text, ",\"seconds\":%.4f", result->seconds);
    add_messages(text, result);
    add_steps(text, &result->steps);
    add_text(text, "output", &result->output);
    add_left_behind(text, result);
    text_printf(text, ",\"memcheck\":%s,\"forged\":%lu", result->tool_finding ? "true" : "false", result->forged);
    add_string(text, "detail", result->detail);
    text_say(text, "}\n");
}

void records_twin(struct text *text, const struct result *result) {
    text_say(text, "{\"event\":\"twin\"");
    add_string(text, "suite", result->test->suite);
    add_string(text, "test", result->test->name);
    text_printf(text, ",\"verdict\":\"%s\"}\n", verdict_name(result->verdict));
}

void records_end(struct text *text, size_t tests, size_t passed) {
    text_printf(text, "{\"event\":\"end\",\"tests\":%zu,\"passed\":%zu}\n", tests, passed);
}
