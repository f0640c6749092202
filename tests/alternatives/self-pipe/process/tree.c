/* tree.c - who is who. */
#include "children.h"

#include <unistd.h>

struct self self;
static struct process root = {.name = PROCESS_MAIN_NAME};

struct process *process_current(void) {
    if (self.is_child)
        return self.current;
    root.pid = getpid();
    return &root;
}

struct process *process_parent(void) {
    return self.is_child ? &self.parent : NULL;
}

size_t process_active_children(struct process **out, size_t cap) {
    sigset_t old;
    size_t count = 0;
    children_lock(&old);
    for (struct process_child *child = children_list(); child != NULL; child = child->next) {
        if (child->ended)
            continue;
        if (count < cap)
            out[count] = child->object;
        count++;
    }
    children_unlock(&old);
    return count;
}
