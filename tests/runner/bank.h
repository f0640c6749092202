/* bank.h - the tests that were linked into the kit. A grade counts these tests. */
#ifndef RUNNER_BANK_H
#define RUNNER_BANK_H

#include <stdbool.h>
#include <stddef.h>

#include "support/faults/sweep_page.h"

struct criterion_test;
struct criterion_suite;

/* One test as its file declares it. The strings live as long as the program. */
struct bank_test {
    const char *suite;
    const char *name;
    const char *addresses; /* of its description, before the first ": "; empty if there is none */
    const char *adds;      /* the rest of its description */
    const char *file;
    unsigned line;
    double timeout;         /* seconds, of the test or of its suite; 0 if neither declares one */
    size_t index;           /* its place in the whole bank, from 0 */
    unsigned long asserted; /* assertions of the bank that held when it passed; 0: it makes none */
    long baseline;          /* assertions that passed on the reference; -1 if that is not known */
    enum sweep_kind sweep;  /* the sweep that it declares as its data */
    bool selected;
    const struct criterion_test *declared;
    const struct criterion_suite *declared_suite; /* never NULL; its data may be */
};

struct bank {
    struct bank_test *tests; /* by suite, then by name */
    size_t count;
};

/* Reads the bank out of this program, with all tests selected. Disabled tests are not in it, because no grade counts
 * them. */
struct bank bank_read(void);

/* Selects a test by its name "suite/test". Returns 0; -1 and one line in problem, which has this much room. */
int bank_select(struct bank *bank, const char *suite_and_name, char *problem, size_t room);

/* The same for all tests that a file names, each on its own line. */
int bank_select_listed(struct bank *bank, const char *path, char *problem, size_t room);

/* Selects all tests that declare this sweep. */
void bank_select_swept(struct bank *bank, enum sweep_kind kind);

/* The test "suite/name", or NULL. */
struct bank_test *bank_find(const struct bank *bank, const char *suite_and_name);

void bank_free(struct bank *bank);

#endif
