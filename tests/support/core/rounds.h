/* rounds.h - how many times a test repeats its calls: random workloads, or calls that must leave nothing behind. */
#ifndef SUPPORT_CORE_ROUNDS_H
#define SUPPORT_CORE_ROUNDS_H

/* Returns native, or a tenth of it under Valgrind, because Valgrind sees everything in the first rounds. Also adds a
 * step to the narration. */
unsigned rounds(unsigned native);

#endif
