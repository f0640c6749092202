/* sweep.c - arms the gate of a sweep. */
#include "sweep.h"

#include <string.h>
#include <sys/mman.h>

/* Defined by the bank, if it has a gate. */
extern struct sweep_page *sweep_page __attribute__((weak));

enum { EACH = 64, SPARSER = 8 };

static const char *const names[] = {[SWEEP_NONE] = "",
                                    [SWEEP_EINTR] = "eintr",
                                    [SWEEP_MEMORY] = "memory",
                                    [SWEEP_DESCRIPTORS] = "descriptors",
                                    [SWEEP_PROCESSES] = "processes"};

enum sweep_kind sweep_named(const char *name) {
    for (int kind = SWEEP_EINTR; kind <= SWEEP_PROCESSES; kind++)
        if (strcmp(name, names[kind]) == 0)
            return (enum sweep_kind)kind;
    return SWEEP_NONE;
}

const char *sweep_name(enum sweep_kind kind) {
    return names[kind];
}

int sweep_open(void) {
    if (&sweep_page == NULL)
        return 0;
    void *page = mmap(NULL, sizeof *sweep_page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return -1;
    sweep_page = page;
    return 0;
}

void sweep_arm(enum sweep_kind kind, unsigned fails) {
    if (&sweep_page != NULL)
        *sweep_page = (struct sweep_page){.kind = kind, .fails = fails};
}

unsigned sweep_reached(void) {
    return &sweep_page != NULL ? sweep_page->reached : 0;
}

unsigned sweep_next(unsigned call) {
    return call < EACH ? call + 1 : call + call / SPARSER;
}
