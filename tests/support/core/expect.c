/* expect.c - compares values, and writes the text of a failure: what was checked, what was expected, what came. */
#include "expect.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"
#include "sentences.h"

/* Defined by the executor: tells it of an assertion at this place in the code. Returns whether the assertion holds.
 * Plain Criterion has no such function. */
extern bool fact_assertion(bool holds, const void *place) __attribute__((weak));

static char what_text[256];
static char failure[3 * 1024 + NARRATION_BYTES + REPLAY_BYTES];

const char *told(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what_text, sizeof what_text, format, arguments);
    va_end(arguments);
    return what_text;
}

/* Appends to the failure's text, as long as there is room. */
static void __attribute__((format(printf, 1, 2))) add(const char *format, ...) {
    size_t used = strlen(failure);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure + used, sizeof failure - used, format, arguments);
    va_end(arguments);
}

/* Criterion's own list of tests, which is a section of this program. In Criterion's worker process
 * criterion_current_test has a name, but its data pointer is not valid. */
extern const struct criterion_test *const __start_cr_tst[], *const __stop_cr_tst[];

const char *test_description(void) {
    for (const struct criterion_test *const *test = __start_cr_tst; test != __stop_cr_tst; test++)
        if (*test && strcmp((*test)->name, criterion_current_test->name) == 0 &&
            strcmp((*test)->category, criterion_current_suite->name) == 0)
            return (*test)->data->description;
    return "unknown";
}

/* Each address of the test with its sentence, and what this test adds. Without the sentences, only the addresses. */
static void add_clauses(const char *text) {
    char sentence[2048];
    const char *adds = strstr(text, ": ");
    for (size_t length; adds != NULL && text < adds; text += length + 1) {
        length = strcspn(text, " :");
        sentence_at(text, length, sentence, sizeof sentence);
        add("\nclause: %.*s%s%s", (int)length, text, sentence[0] != '\0' ? ": " : "", sentence);
    }
    add("\ntest: %s", adds != NULL ? adds + 2 : text);
}

/* Plain Criterion shows only the message. So this adds the clause, the steps and the command to run this test again. */
static void add_context(void) {
    add_clauses(test_description());
    add("\nsteps:\n");
    for (const char *line = narration_page; *line;) {
        int len = (int)strcspn(line, "\n");
        add("  %.*s\n", len, line);
        line += len + (line[len] == '\n');
    }
    size_t used = strlen(failure);
    replay_text(failure + used, sizeof failure - used, criterion_current_suite->name, criterion_current_test->name);
}

const char *failure_text(void) {
    if (!narration_is_shown_elsewhere())
        add_context();
    return failure;
}

__attribute__((noinline)) bool judged(bool held) {
    return fact_assertion != NULL ? fact_assertion(held, __builtin_return_address(0)) : held;
}

/* Begins the failure's text with its first line. Returns false, the result of the check. */
static bool fail(const char *what) {
    failure[0] = '\0';
    add("%s", what);
    return false;
}

static void add_result(const char *label, long long value, int error) {
    add("\n%s: %lld", label, value);
    if (value != -1)
        return;
    const char *name = strerrorname_np(error);
    add(error ? " with errno %s (%s)" : " with errno 0", name ? name : "?", strerror(error));
}

bool check_true(bool held, const char *condition, const char *what) {
    if (held)
        return true;
    fail(what);
    add("\nexpected: %s\ngot: it does not hold", condition);
    return false;
}

bool check_int(long long got, int error, long long expected, const char *what) {
    if (got == expected)
        return true;
    fail(what);
    add("\nexpected: %lld", expected);
    add_result("got", got, error);
    return false;
}

bool check_success(long long got, int error, const char *what) {
    if (got != -1)
        return true;
    fail(what);
    add("\nexpected: success");
    add_result("got", got, error);
    return false;
}

bool check_error(long long got, int error, int expected, const char *what) {
    if (got == -1 && error == expected)
        return true;
    fail(what);
    add_result("expected", -1, expected);
    add_result("got", got, error);
    return false;
}

/* Adds up to 16 bytes from offset on, in hexadecimal. */
static void add_bytes(const unsigned char *bytes, size_t len, size_t offset) {
    size_t end = len - offset > 16 ? offset + 16 : len;
    for (size_t i = offset; i < end; i++)
        add(" %02x", bytes[i]);
    add("%s", end < len ? " ..." : "");
}

bool check_bytes(const void *got, size_t got_len, const void *expected, size_t expected_len, const char *what) {
    const unsigned char *ours = expected, *theirs = got;
    size_t shorter = got_len < expected_len ? got_len : expected_len, same = 0;
    while (same < shorter && ours[same] == theirs[same])
        same++;
    if (same == expected_len && same == got_len)
        return true;
    fail(what);
    add(" (they differ from offset %zu on)\nexpected: %zu bytes, from there:", same, expected_len);
    add_bytes(ours, expected_len, same);
    add("\ngot: %zu bytes, from there:", got_len);
    add_bytes(theirs, got_len, same);
    return false;
}

bool check_text(const char *got, const char *expected, const char *what) {
    if (strcmp(got, expected) == 0)
        return true;
    fail(what);
    add("\nexpected: \"%s\"\ngot: \"%.200s\"", expected, got);
    return false;
}

static void add_peer(const char *label, const struct udp_peer *peer) {
    char host[INET6_ADDRSTRLEN] = "";
    if (peer->addr.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)&peer->addr;
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        add("\n%s: %s port %u, length %u", label, host, ntohs(in->sin_port), peer->len);
    } else if (peer->addr.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)&peer->addr;
        inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
        add("\n%s: %s port %u, length %u", label, host, ntohs(in6->sin6_port), peer->len);
    } else {
        add("\n%s: family %u, length %u", label, peer->addr.ss_family, peer->len);
    }
}

static bool same_peer(const struct udp_peer *a, const struct udp_peer *b) {
    if (a->len != b->len || a->addr.ss_family != b->addr.ss_family)
        return false;
    if (a->addr.ss_family == AF_INET) {
        const struct sockaddr_in *x = (const void *)&a->addr, *y = (const void *)&b->addr;
        return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
    }
    const struct sockaddr_in6 *x = (const void *)&a->addr, *y = (const void *)&b->addr;
    return x->sin6_port == y->sin6_port && memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr) == 0;
}

bool check_peer(const struct udp_peer *got, const struct udp_peer *expected, const char *what) {
    if (same_peer(got, expected))
        return true;
    fail(what);
    add_peer("expected", expected);
    add_peer("got", got);
    return false;
}

bool check_at_least(double elapsed_ms, double least_ms, const char *what) {
    if (elapsed_ms >= least_ms)
        return true;
    fail(what);
    add("\nexpected: at least %.3f ms\ngot: %.3f ms", least_ms, elapsed_ms);
    return false;
}
