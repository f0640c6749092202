/* patience.c - linked into the bank of `make bench` that runs the usual way: a hundred times each test's time limit.
 *
 * Under Valgrind a test and its start take so long that the limits, which are meant for native runs, would end some of
 * them; and Criterion 2.4.1 aborts where a test ends just when its time is up. What is measured is a run to its end.
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
