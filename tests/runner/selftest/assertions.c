/* assertions.c - the old assertion macros: that hold, that fail, that go on, and messages of every kind. */
#include <criterion/criterion.h>
#include <criterion/logging.h>

Test(assertions, hold, .description = "UDP-RX-003: a clause and its sentence: with a colon") {
    cr_assert(1);
    cr_assert_eq(2, 2);
    cr_assert_str_eq("a", "a");
    cr_assert_float_eq(1.0, 1.05, 0.1);
    cr_assert_arr_eq("abc", "abc", 3);
}

Test(assertions, fail_at_once) {
    cr_assert_eq(1, 1);
    cr_assert_eq(1, 2, "one is not two");
    cr_assert(0, "never reached");
}

Test(assertions, go_on_after_expect) {
    cr_expect(0, "first");
    cr_expect(1);
    cr_expect_str_eq("left", "right", "second");
    cr_assert(1);
}

Test(assertions, no_message) {
    cr_assert(0);
}

/* Quotes, a backslash, mark-up, bytes that are no UTF-8, a control character, and a second line. */
Test(assertions, hostile_message) {
    cr_assert(0, "\"quoted\" \\ <b>&]]>\x1b[31m \xff\xfe \xed\xa0\x80 \xc3\xa9\n{\"event\":\"end\"}");
}

Test(assertions, make_none) {
}

Test(assertions, description_without_clause, .description = "no clause here") {
    cr_assert(1);
}

Test(assertions, log) {
    cr_log_info("to be informed");
    cr_assert(1);
}

Test(assertions, of_a_helper_that_gives_up) {
    cr_assert_fail("gave up with %d", 7);
}

Test(assertions, thousands) {
    for (int i = 0; i < 5000; i++)
        cr_expect(i >= 0);
}

Test(assertions, thousands_fail) {
    for (int i = 0; i < 5000; i++)
        cr_expect(i < 0, "number %d of very many", i);
}
