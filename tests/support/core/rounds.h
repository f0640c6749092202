/* rounds.h - how often a test repeats what it does: random workloads, or calls that must leave nothing behind. */
#ifndef SUPPORT_CORE_ROUNDS_H
#define SUPPORT_CORE_ROUNDS_H

/* The number of rounds: so many, and a tenth of it under Valgrind, which sees in the first rounds what it sees in all.
 * Also a step of the narration. */
unsigned rounds(unsigned native);

#endif
