/* tree.c - this process, the one that started it, and those that it has started. */
#include "identity.h"
#include "wards.h"

#include <string.h>
#include <unistd.h>

struct identity identity;

static struct process program = {.name = PROCESS_MAIN_NAME};

void identity_assume(struct process *p, const char *starter_name, pid_t starter_pid) {
    memset(&identity.starter, 0, sizeof identity.starter);
    strncpy(identity.starter.name, starter_name, PROCESS_NAME_MAX);
    identity.starter.pid = starter_pid;
    identity.self = p;
    identity.made = 0;
}

struct process *process_current(void) {
    if (identity.self != NULL)
        return identity.self;
    program.pid = getpid();
    return &program;
}

struct process *process_parent(void) {
    return identity.self != NULL ? &identity.starter : NULL;
}

size_t process_active_children(struct process **out, size_t cap) {
    struct process_child **all = wards();
    size_t running = 0;
    for (size_t i = 0; all[i] != NULL; i++)
        if (ward_look(all[i]) == RUNS && running++ < cap)
            out[running - 1] = all[i]->object;
    return running;
}
