/* report.c - linked with stock Criterion: what it thinks of each test, as lines for test_executor.py. (Its own reports
 * do not escape what a test may print.) */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>

static const char *status_of(const struct criterion_test_stats *test) {
    if (test->test_status == CR_STATUS_SKIPPED)
        return "skipped";
    if (test->timed_out)
        return "timed_out";
    if (test->crashed)
        return "crashed";
    return test->test_status == CR_STATUS_PASSED ? "passed" : "failed";
}

ReportHook(POST_ALL)(struct criterion_global_stats *all) {
    FILE *out = fopen(getenv("STOCK_REPORT"), "w");
    for (struct criterion_suite_stats *suite = all->suites; out != NULL && suite != NULL; suite = suite->next)
        for (struct criterion_test_stats *test = suite->tests; test != NULL; test = test->next)
            fprintf(out, "%s/%s %s %d %d\n", suite->suite->name, test->test->name, status_of(test),
                    test->passed_asserts, test->failed_asserts);
    if (out != NULL)
        fclose(out);
}
