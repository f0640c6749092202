/* narration.c - steps that a test tells, as the bank's support would: the executor moves the page to where it survives.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char own_page[8192];
char *narration_page = own_page;

Test(narration, survives_a_crash) {
    strcat(narration_page, "first \"step\"\n");
    strcat(narration_page, "second step\n");
    abort();
}

Test(narration, survives_the_watchdog, .timeout = 0.3) {
    strcat(narration_page, "about to wait\n");
    for (;;)
        pause();
}

Test(narration, starts_empty) {
    cr_assert_eq(narration_page[0], '\0');
}

Test(narration, may_be_overwritten) {
    memset(narration_page, '\n', 100);
    memset(narration_page + 100, 0xff, 8092);
    cr_assert(1);
}
