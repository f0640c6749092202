/* sweep.h - arms the gate of a sweep (tests/support/faults/sweep.h) before a test process starts. */
#ifndef RUNNER_SWEEP_H
#define RUNNER_SWEEP_H

#include "support/faults/sweep_page.h"

/* The kind with this name (eintr, memory, descriptors, processes), or SWEEP_NONE. */
enum sweep_kind sweep_named(const char *name);
const char *sweep_name(enum sweep_kind kind);

/* Makes the memory that the executor shares with the gate, if the bank has a gate. Returns 0, or -1 with errno. */
int sweep_open(void);

/* For the next test process: counts the calls of this kind, and lets one of them fail. With 0 none fails. */
void sweep_arm(enum sweep_kind kind, unsigned fails);

/* How many calls the last test process made. */
unsigned sweep_reached(void);

/* The call that fails after this one. Up to 64 it is the next. After that it leaves out more and more calls, so that
 * even a million calls take few runs. */
unsigned sweep_next(unsigned call);

#endif
