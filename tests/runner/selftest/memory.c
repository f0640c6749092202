/* memory.c - mistakes with memory that Valgrind or a sanitizer finds, and what neither must complain of. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *volatile block;
static volatile int number = INT_MAX;

Test(memory, clean) {
    block = malloc(100);
    memset(block, 0, 100);
    free(block);
    cr_assert(eq(int, 1, 1));
}

/* Whatever Criterion allocates for a message, and what the runner had allocated before the fork, is nobody's leak. */
Test(memory, clean_failure) {
    cr_expect(eq(str, (char *)"a text that is long enough for a diff, by far\n", (char *)"another\n"), "told %d", 1);
}

Test(memory, still_reachable) {
    block = malloc(77);
    cr_assert(ne(ptr, block, NULL));
}

Test(memory, leak) {
    block = malloc(100);
    block = NULL;
    cr_assert(zero(ptr, block));
}

Test(memory, leak_in_a_child) {
    pid_t pid = fork();
    if (pid == 0) {
        block = malloc(100);
        block = NULL;
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    cr_assert(eq(int, WIFEXITED(status), 1));
}

Test(memory, write_past_the_end) {
    block = malloc(10);
    block[10] = 1;
    free(block);
    cr_assert(eq(int, 1, 1));
}

Test(memory, read_after_free) {
    block = malloc(10);
    free(block);
    number = block[0];
    cr_assert(eq(int, 1, 1));
}

Test(memory, decide_by_nothing) {
    block = malloc(10);
    int decided = block[3] > 0 ? 1 : 2;
    free(block);
    cr_assert(gt(int, decided, 0));
}

Test(memory, overflow_of_a_number) {
    number = number + 1;
    cr_assert(lt(int, number, 0));
}

Test(memory, finding_and_expected_status, .exit_code = 7) {
    block = malloc(10);
    block[10] = 1;
    exit(7);
}

Test(memory, crash, .signal = SIGSEGV) {
    raise(SIGSEGV);
}
