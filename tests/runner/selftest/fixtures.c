/* fixtures.c - setup and teardown of tests and of suites: that run, that fail, that crash, that leave. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

static int prepared;

static void prepare(void) {
    prepared += 1;
}
static void check_prepared(void) {
    cr_assert_eq(prepared, 11);
}
static void prepare_suite(void) {
    prepared += 10;
}
static void fail(void) {
    cr_assert(0, "in a fixture");
}
static void crash(void) {
    abort();
}
static void leave(void) {
    exit(0);
}

TestSuite(fixtures, .init = prepare_suite, .fini = check_prepared);

Test(fixtures, run_in_order, .init = prepare) {
    cr_assert_eq(prepared, 11);
}

TestSuite(broken_fixtures);

Test(broken_fixtures, setup_fails, .init = fail) {
    cr_assert(1);
}
Test(broken_fixtures, setup_crashes, .init = crash) {
    cr_assert(1);
}
Test(broken_fixtures, setup_leaves, .init = leave) {
    cr_assert(1);
}
Test(broken_fixtures, teardown_fails, .fini = fail) {
    cr_assert(1);
}
Test(broken_fixtures, teardown_crashes, .fini = crash) {
    cr_assert(1);
}
Test(broken_fixtures, teardown_leaves, .fini = leave) {
    cr_assert(1);
}

TestSuite(disabled_suite, .disabled = true);

Test(disabled_suite, never_runs) {
    cr_assert(0);
}
