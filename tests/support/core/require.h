/* require.h - what the kit itself cannot do without. */
#ifndef SUPPORT_CORE_REQUIRE_H
#define SUPPORT_CORE_REQUIRE_H

/* Ends the test with "the kit could not ..." and errno's text, unless it holds. Any thread may use it. A macro, so that
 * compilers and checkers see that what follows is not reached otherwise. */
#define require(holds, what)                                                                                           \
    do {                                                                                                               \
        if (!(holds))                                                                                                  \
            require_failed(what);                                                                                      \
    } while (0)

__attribute__((noreturn)) void require_failed(const char *what); /* cppcheck does not know _Noreturn */

#endif
