/* tripwire.c - calls the submission, then fails on purpose: whoever passes here has tampered with the verdicts.
 *
 * The executor knows such a test by its description. It is no check and has no points. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <timeslice/@lab@.h>

Test(@lab@_tripwire, cannot_be_passed, .timeout = 3,
     .description = "TRIPWIRE: calls every function of the lab, then fails on purpose") {
    free(@lab@_repeat("ab", 2));
    cr_assert_fail("this test fails on purpose");
}
