/* bank.c - reads the tests that were linked into the kit.
 *
 * Theory of operation
 * Criterion's Test() puts a pointer to each test into the ELF section cr_tst. Suites go into cr_sts. Criterion's own
 * runner runs everything that it finds there. A submission could put tests of its own into that section. So the kit has
 * a fence at each end of it (bank_first.c, bank_last.c). A partial link puts the fences there before any submission is
 * seen. Only the entries between the fences are the bank. The entries of a submission come before or after them, and
 * the executor never looks at them. */
#include "bank.h"

#include "bank_fences.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct criterion_suite *find_suite(const char *name) {
    for (uintptr_t at = (uintptr_t)bank_first_suite; at < (uintptr_t)bank_last_suite; at += sizeof(void *)) {
        const struct criterion_suite *suite = *(struct criterion_suite **)at;
        if (suite != NULL && suite->name != NULL && strcmp(suite->name, name) == 0)
            return suite;
    }
    return NULL;
}

/* A suite without a TestSuite() still needs an entry for Criterion: a name without data. */
static const struct criterion_suite *plain_suite(const char *name) {
    struct criterion_suite *suite = calloc(1, sizeof *suite);
    if (suite == NULL)
        abort();
    suite->name = name;
    return suite;
}

static bool is_disabled(const struct bank_test *test) {
    const struct criterion_suite *suite = test->declared_suite;
    return test->declared->data->disabled || (suite->data != NULL && suite->data->disabled);
}

static void split_description(struct bank_test *test, const char *description) {
    const char *colon = description == NULL ? NULL : strstr(description, ": ");
    char *addresses = colon == NULL ? strdup("") : strndup(description, (size_t)(colon - description));
    if (addresses == NULL)
        abort();
    test->addresses = addresses;
    test->adds = colon != NULL ? colon + 2 : description != NULL ? description : "";
}

static struct bank_test describe(const struct criterion_test *declared) {
    const struct criterion_suite *suite = find_suite(declared->category);
    struct bank_test test = {
        .suite = declared->category,
        .name = declared->name,
        .file = declared->data->file_,
        .line = declared->data->line_,
        .timeout = declared->data->timeout,
        .baseline = -1,
        .sweep = declared->data->data != NULL ? *(const enum sweep_kind *)declared->data->data : SWEEP_NONE,
        .selected = true,
        .declared = declared,
        .declared_suite = suite != NULL ? suite : plain_suite(declared->category),
    };
    if (test.timeout <= 0 && suite != NULL && suite->data != NULL)
        test.timeout = suite->data->timeout;
    if (!(test.timeout > 0))
        test.timeout = 0;
    split_description(&test, declared->data->description);
    return test;
}

static void forget(struct bank_test *test) {
    free((void *)test->addresses);
    if (test->declared_suite->data == NULL)
        free((void *)test->declared_suite);
}

static int by_suite_and_name(const void *a, const void *b) {
    const struct bank_test *one = a, *other = b;
    int order = strcmp(one->suite, other->suite);
    return order != 0 ? order : strcmp(one->name, other->name);
}

struct bank bank_read(void) {
    uintptr_t first = (uintptr_t)bank_first_test, last = (uintptr_t)bank_last_test;
    struct bank bank = {.tests = calloc((last - first) / sizeof(void *) + 1, sizeof *bank.tests)};
    if (bank.tests == NULL)
        abort();
    for (uintptr_t at = first; at < last; at += sizeof(void *)) {
        const struct criterion_test *declared = *(struct criterion_test **)at;
        if (declared == NULL)
            continue;
        struct bank_test test = describe(declared);
        if (is_disabled(&test))
            forget(&test);
        else
            bank.tests[bank.count++] = test;
    }
    qsort(bank.tests, bank.count, sizeof *bank.tests, by_suite_and_name);
    for (size_t i = 0; i < bank.count; i++)
        bank.tests[i].index = i;
    return bank;
}

struct bank_test *bank_find(const struct bank *bank, const char *suite_and_name) {
    for (size_t i = 0; i < bank->count; i++) {
        size_t suite = strlen(bank->tests[i].suite);
        if (strncmp(bank->tests[i].suite, suite_and_name, suite) == 0 && suite_and_name[suite] == '/' &&
            strcmp(bank->tests[i].name, suite_and_name + suite + 1) == 0)
            return &bank->tests[i];
    }
    return NULL;
}

int bank_select(struct bank *bank, const char *suite_and_name, char *problem, size_t room) {
    struct bank_test *test = bank_find(bank, suite_and_name);
    if (test == NULL) {
        snprintf(problem, room,
                 "bank: there is no test '%.100s': --list names them all, and a disabled one is in no list",
                 suite_and_name);
        return -1;
    }
    test->selected = true;
    return 0;
}

int bank_select_listed(struct bank *bank, const char *path, char *problem, size_t room) {
    char name[512];
    int result = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        snprintf(problem, room, "bank: cannot read '%.200s': %s; give a file of lines SUITE/TEST", path,
                 strerror(errno));
        return -1;
    }
    while (result == 0 && fscanf(file, "%511s", name) == 1)
        result = bank_select(bank, name, problem, room);
    fclose(file);
    return result;
}

void bank_select_swept(struct bank *bank, enum sweep_kind kind) {
    for (size_t i = 0; i < bank->count; i++)
        bank->tests[i].selected = bank->tests[i].sweep == kind;
}

void bank_free(struct bank *bank) {
    for (size_t i = 0; i < bank->count; i++)
        forget(&bank->tests[i]);
    free(bank->tests);
    *bank = (struct bank){0};
}
