/* redirection.c - standard output, error and input that a test looks at, or feeds, itself. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>

static void redirect_all(void) {
    cr_redirect_stdout();
    cr_redirect_stderr();
}

Test(redirection, output_is_seen, .init = cr_redirect_stdout) {
    printf("captured");
    fflush(stdout);
    cr_assert_stdout_eq_str("captured");
}

Test(redirection, output_is_other, .init = cr_redirect_stdout) {
    printf("captured");
    fflush(stdout);
    cr_assert_stdout_eq_str("expected");
}

Test(redirection, output_is_ignored, .init = cr_redirect_stdout) {
    printf("for nobody");
    cr_assert(1);
}

Test(redirection, both, .init = redirect_all) {
    fprintf(stdout, "out");
    fprintf(stderr, "err");
    fflush(NULL);
    cr_assert_stdout_eq_str("out");
    cr_assert_stderr_eq_str("err");
}

Test(redirection, input_is_fed) {
    FILE *feed = cr_get_redirected_stdin();
    fputs("word\n", feed);
    fclose(feed);
    char line[16] = "";
    cr_assert_not_null(fgets(line, sizeof line, stdin));
    cr_assert_str_eq(line, "word\n");
}

Test(redirection, prints) {
    printf("to standard output\n");
    fprintf(stderr, "to standard error\n");
    cr_assert(1);
}
