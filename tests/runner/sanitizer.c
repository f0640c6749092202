/* sanitizer.c - how the sanitizers behave if the bank is linked with them.
 *
 * A finding ends the test with the exit status of a finding (options.h). A crash stays a crash. By default the
 * sanitizers turn it into an exit, and a test that expects a signal would never see it. The environment (ASAN_OPTIONS
 * and so on) can change all of this. Programs without sanitizers never call these functions.
 *
 * The grader asks for a file of reports with log_path. The UBSan of gcc is a library of its own, which does not read
 * this option if ASan is there too. So this file tells it. */
#include "sanitizer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void sanitizer_write_reports(void) {
    static char path[4096];
    const char *options = getenv("UBSAN_OPTIONS");
    const char *wanted = options != NULL ? strstr(options, "log_path=") : NULL;
    void *ubsan = wanted != NULL ? dlopen("libubsan.so.1", RTLD_LAZY | RTLD_NOLOAD) : NULL;
    if (ubsan == NULL)
        return;
    void (*set_path)(const char *);
    *(void **)&set_path = dlsym(ubsan, "__sanitizer_set_report_path");
    snprintf(path, sizeof path, "%s", wanted + strlen("log_path="));
    if (set_path != NULL)
        set_path(path);
    dlclose(ubsan);
}
