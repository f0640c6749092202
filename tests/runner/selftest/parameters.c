/* parameters.c - tests of many parameters, and theories. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <criterion/theories.h>
#include <stdio.h>
#include <stdlib.h>

struct pair {
    int number;
    char *name;
};

ParameterizedTestParameters(parameters, all_hold) {
    static int numbers[] = {1, 2, 3};
    return cr_make_param_array(int, numbers, 3);
}

ParameterizedTest(int *number, parameters, all_hold) {
    cr_assert(*number > 0);
}

ParameterizedTestParameters(parameters, one_fails) {
    static int numbers[] = {1, 2, 3};
    return cr_make_param_array(int, numbers, 3);
}

ParameterizedTest(int *number, parameters, one_fails) {
    cr_assert(*number != 2, "parameter %d", *number);
}

static void free_pairs(struct criterion_test_params *made) {
    struct pair *pairs = made->params;
    for (size_t i = 0; i < made->length; i++)
        cr_free(pairs[i].name);
    cr_free(pairs);
}

ParameterizedTestParameters(parameters, allocated) {
    struct pair *pairs = cr_malloc(2 * sizeof *pairs);
    for (int i = 0; i < 2; i++) {
        pairs[i].number = i;
        pairs[i].name = cr_malloc(8);
        snprintf(pairs[i].name, 8, "name %d", i);
    }
    return cr_make_param_array(struct pair, pairs, 2, free_pairs);
}

ParameterizedTest(struct pair *pair, parameters, allocated) {
    char expected[8];
    snprintf(expected, sizeof expected, "name %d", pair->number);
    cr_assert_str_eq(pair->name, expected);
}

ParameterizedTestParameters(parameters, one_crashes) {
    static int numbers[] = {1, 2};
    return cr_make_param_array(int, numbers, 2);
}

ParameterizedTest(int *number, parameters, one_crashes) {
    if (*number == 2)
        abort();
    cr_assert(1);
}

TheoryDataPoints(theories, hold) = {DataPoints(int, 1, 2), DataPoints(int, 0, 5)};

Theory((int a, int b), theories, hold) {
    cr_assume(b != 0);
    cr_assert(a + b > a);
}

TheoryDataPoints(theories, one_round_fails) = {DataPoints(int, 1, 2), DataPoints(int, 0, 5)};

Theory((int a, int b), theories, one_round_fails) {
    cr_assume(b != 0);
    cr_assert(a + b < 7, "a=%d b=%d", a, b);
}

TheoryDataPoints(theories, one_round_crashes) = {DataPoints(int, 1, 2), DataPoints(int, 0, 5)};

Theory((int a, int b), theories, one_round_crashes) {
    if (a + b == 7)
        abort();
    cr_assert(1);
}

TheoryDataPoints(theories, of_floats) = {DataPoints(double, 1.5, 2.5), DataPoints(char, 'a', 'b')};

Theory((double a, char b), theories, of_floats) {
    cr_assert(a + b > 90.0);
}
