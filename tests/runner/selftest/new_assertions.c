/* new_assertions.c - the macros of criterion/new/assert.h: combined, with values, with a diff of long texts. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(new_assertions, hold) {
    cr_assert(eq(int, 1, 1));
    cr_assert(all(lt(int, 1, 2), eq(str, (char *)"a", (char *)"a")));
}

Test(new_assertions, fail_with_values) {
    int answer = 41;
    cr_assert(eq(int, answer, 42), "the answer");
}

Test(new_assertions, fail_in_part) {
    cr_expect(all(eq(int, 1, 1), gt(int, 1, 2), eq(str, (char *)"x", (char *)"y")));
    cr_assert(1);
}

Test(new_assertions, fail_with_diff) {
    char *got = "one line\nthe second line is long enough for a diff\nlast\n";
    char *expected = "one line\nthe second line is not quite long enough\nlast\n";
    cr_assert(eq(str, got, expected));
}

Test(new_assertions, not_equal) {
    cr_assert(not(eq(int, 1, 2)));
    cr_assert(zero(int, 0));
}
