/* sweep_gate.h - what the functions of the gate ask before they pass a call on. */
#ifndef SUPPORT_FAULTS_SWEEP_GATE_H
#define SUPPORT_FAULTS_SWEEP_GATE_H

#include <stdbool.h>

#include "sweep_page.h"

/* A function of the gate. The submission calls it by the name without swept_. */
#define GATE(kind, condition, failed, type, name, parameters, arguments)                                               \
    type swept_##name parameters;                                                                                      \
    type swept_##name parameters {                                                                                     \
        return (condition) && swept_call_fails(kind, #name) ? (failed) : name arguments;                               \
    }

/* Counts this call of the submission. Returns whether it fails; then sets errno. */
bool swept_call_fails(enum sweep_kind kind, const char *name);

#endif
