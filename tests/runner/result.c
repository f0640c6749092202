/* result.c - the names of verdicts, and the end of a result. */
#include "result.h"

const char *verdict_name(enum verdict verdict) {
    static const char *const names[] = {
        [VERDICT_PASSED] = "passed",
        [VERDICT_INCOMPLETE] = "incomplete",
        [VERDICT_LEFT_PROCESS] = "left_process",
        [VERDICT_SKIPPED] = "skipped",
        [VERDICT_FAILED] = "failed",
        [VERDICT_EXITED_EARLY] = "exited_early",
        [VERDICT_MEMORY_ERROR] = "memory_error",
        [VERDICT_CRASHED] = "crashed",
        [VERDICT_TIMED_OUT] = "timed_out",
        [VERDICT_BROKEN] = "broken",
    };
    return names[verdict];
}

void result_free(struct result *result) {
    text_free(&result->pids);
    text_free(&result->steps);
    text_free(&result->output);
    for (size_t i = 0; i < result->complaints_count; i++) {
        text_free(&result->complaints[i].file);
        text_free(&result->complaints[i].text);
    }
    result->complaints_count = 0;
}
