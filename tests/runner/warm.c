/* warm.c - a lane under Valgrind does what tests do, before it forks the first one.
 *
 * Theory of operation
 * Valgrind translates machine code when it is first executed. A forked process inherits the translations of its parent.
 * So each lane first lives the life of a test process, but without the fence. Then no test has to translate this code
 * again. That is more than half of what a small test would translate. The body of this rehearsal does what the support
 * of the bank offers and what most assertions use. The bank may define rehearse_support for it, which never calls a
 * function of a submission. All assertions of the rehearsal fail. Criterion counts assertions that pass in a variable,
 * and the tests would inherit it. The messages go to the journal, which is emptied before the first test. */
#include "warm.h"

#include "child.h"
#include "journal.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/valgrind.h>

/* The bank may define it. It leaves nothing behind. If one of its assertions fails, the rehearsal ends there. */
extern void rehearse_support(void) __attribute__((weak));

static void use_the_usual(void) {
    char line[200];
    char *volatile word = malloc(40);
    if (word == NULL)
        return;
    memset(word, 'a', 39);
    word[39] = '\0';
    snprintf(line, sizeof line, "%s %d %x %ld %c %5.2f %zu", word, 1, 2U, 3L, 'c', 1.5, strlen(word));
    cr_expect(strcmp(word, line) == 0, "warm");
    cr_expect_str_eq(word, line);
    cr_expect_eq(1, 2, "warm %s %d", "up", 3);
    free(word);
    if (rehearse_support != NULL)
        rehearse_support();
    cr_assert_str_eq("a", "b", "warm");
}

static void test(void) {
    criterion_internal_test_setup();
    criterion_internal_test_main(use_the_usual);
    criterion_internal_test_teardown();
}

void warm_up(void) {
    if (!RUNNING_ON_VALGRIND)
        return;
    journal_begin();
    child_rehearse(test);
    journal_begin();
}
