/* sanitizer.c - how the sanitizers behave if the bank is linked with them.
 *
 * A finding ends the test with the exit status of a finding (options.h). A crash stays a crash. By default the
 * sanitizers turn it into an exit, and a test that expects a signal would never see it. The environment (ASAN_OPTIONS
 * and so on) can change all of this. Programs without sanitizers never call these functions. */

const char *__asan_default_options(void);
const char *__lsan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void) {
    return "exitcode=99:detect_leaks=1:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0";
}

const char *__lsan_default_options(void) {
    return "exitcode=99";
}

const char *__ubsan_default_options(void) {
    return "exitcode=99:halt_on_error=1:print_stacktrace=1";
}
