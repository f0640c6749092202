/* need.h - what the kit itself cannot do without. */
#ifndef SUPPORT_CORE_NEED_H
#define SUPPORT_CORE_NEED_H

/* Ends the test with "the kit could not ..." and errno's text, unless it holds. Any thread may use it. A macro, so that
 * compilers and checkers see that what follows is not reached otherwise. */
#define need(holds, what)                                                                                              \
    do {                                                                                                               \
        if (!(holds))                                                                                                  \
            need_failed(what);                                                                                         \
    } while (0)

__attribute__((noreturn)) void need_failed(const char *what); /* cppcheck does not know _Noreturn */

#endif
