/* starts.h - the two ways to start a process. */
#ifndef TESTS_PROCESS_STARTS_H
#define TESTS_PROCESS_STARTS_H

#include "process/spawned.h"
#include "support/process/children.h"

/* How a process is started, and which code it then ends with. */
static const struct {
    process_target *target;
    struct process_options options;
    int code;
    const char *name;
} starts[] = {
    {quit, {.method = PROCESS_FORK}, 0, "fork"},
    {spawned_begun_anew, {.method = PROCESS_SPAWN}, SPAWNED_FINE, "spawn"},
};

enum { STARTS = sizeof starts / sizeof *starts };

#endif
