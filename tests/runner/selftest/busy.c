/* busy.c - tests that are right and slow, because others keep the processors busy. */
#include <criterion/criterion.h>
#include <time.h>
#include <unistd.h>

/* Computes until the process has used so many milliseconds of processor time. */
static void compute(long ms) {
    struct timespec used;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    while (used.tv_sec * 1000 + used.tv_nsec / 1000000 < ms);
}

Test(busy, computes_for_less_than_its_limit, .timeout = 2) {
    compute(700);
    cr_assert(1);
}

Test(busy, leaves_a_child_that_is_about_to_end, .timeout = 20) {
    if (fork() == 0) {
        compute(120);
        _exit(0);
    }
    cr_assert(1);
}
