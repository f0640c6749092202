/* require.h - checks for what the kit itself needs. */
#ifndef SUPPORT_CORE_REQUIRE_H
#define SUPPORT_CORE_REQUIRE_H

/* If the condition is false, ends the test with "the kit could not ..." and the text of errno. Any thread may use it.
 * It is a macro, so that compilers and checkers see that the code after it runs only if the condition is true. */
#define require(holds, what)                                                                                           \
    do {                                                                                                               \
        if (!(holds))                                                                                                  \
            require_failed(what);                                                                                      \
    } while (0)

__attribute__((noreturn)) void require_failed(const char *what); /* cppcheck does not know _Noreturn */

#endif
