/* tree.c - the registry's view of the tree. */
#include "registry.h"

#include <unistd.h>

struct process *process_current(void) {
    if (registry_self == &registry_main)
        registry_main.pid = getpid();
    return registry_self;
}

struct process *process_parent(void) {
    return registry_starter;
}

size_t process_active_children(struct process **out, size_t cap) {
    size_t running = 0;
    for (struct process_child *child = registry_oldest(); child != NULL; child = child->younger)
        if (registry_look(child) == RUNS && running++ < cap)
            out[running - 1] = child->object;
    return running;
}
