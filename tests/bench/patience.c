/* patience.c - linked into the bank of `make bench` that runs the usual way: a hundred times each test's time limit.
 *
 * The time limits are meant for native runs. Under Valgrind a test and its start take much longer, so the limits would
 * end some tests. Criterion 2.4.1 also aborts if a test ends just when its time is up. Here each test runs to its end.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>

ReportHook(PRE_ALL)(struct criterion_test_set *set) {
    FOREACH_SET(struct criterion_suite_set * suite, set->suites) {
        FOREACH_SET(struct criterion_test * test, suite->tests) {
            test->data->timeout *= 100;
        }
    }
}
