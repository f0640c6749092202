/* facts.c - tests that tell facts to the executor: as they should, and as a liar would. */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The executor's function (tests/runner/fact.c). */
bool fact_assertion(bool holds, const void *place);

/* In the bank, each assertion goes through a function like this one (judged in expect.c). */
__attribute__((noinline)) static bool judged(bool held) {
    return fact_assertion(held, __builtin_return_address(0));
}

Test(facts, honest) {
    for (int i = 0; i < 3; i++)
        cr_assert(judged(true));
}

/* It says that everything holds, and does not look at the answer. */
Test(facts, deaf) {
    for (int i = 0; i < 3; i++)
        judged(true);
    cr_assert(true);
}

Test(facts, in_a_child) {
    pid_t child = fork();
    if (child == 0) {
        judged(true);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    cr_assert(judged(true));
}

Test(facts, from_another_instruction) {
    enum { TELL = 0x74696d65, COUNT = 4, FINISHED = 9 };
    syscall(SYS_prctl, TELL, COUNT, 100000, 0);
    syscall(SYS_prctl, TELL, FINISHED, 0, 0);
    _exit(0);
}

Test(facts, from_another_place) {
    fact_assertion(true, "not in the code of the bank");
    cr_assert(true);
}
