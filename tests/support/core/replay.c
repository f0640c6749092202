/* replay.c - the command of `make check` if that started the bank, otherwise the command of the program itself. */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seed.h"

/* The path of this program as one shell word. program_invocation_name is no help, because Criterion changes it. */
static const char *program(void) {
    static char path[4096], quoted[2 * sizeof path];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    path[len > 0 ? len : 0] = '\0';
    size_t used = 0;
    quoted[used++] = '\'';
    for (const char *at = path; *at && used < sizeof quoted - 8; at++) {
        const char *shown = *at == '\'' ? "'\\''" : (char[]){*at, '\0'};
        used = (size_t)(stpcpy(quoted + used, shown) - quoted);
    }
    stpcpy(quoted + used, "'");
    return quoted;
}

void replay_text(char *text, size_t room, const char *suite, const char *test) {
    unsigned long long seed = timeslice_seed();
    const char *make_check = getenv("TIMESLICE_REPLAY");
    if (make_check && *make_check)
        snprintf(text, room, "run again: %s ONLY=%s/%s TIMESLICE_SEED=%llu", make_check, suite, test, seed);
    else
        snprintf(text, room, "run again: TIMESLICE_SEED=%llu %s --filter '%s/%s'", seed, program(), suite, test);
}
