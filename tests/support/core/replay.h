/* replay.h - the command that a user types to run one test of the bank alone, with plain libcriterion. */
#ifndef SUPPORT_CORE_REPLAY_H
#define SUPPORT_CORE_REPLAY_H

#include <stddef.h>

enum { REPLAY_BYTES = 20 * 1024 }; /* enough for the longest path with every byte escaped */

/* Writes "run again: " and the command with the seed of this run. Cuts the text if there is not enough room. `make
 * check` passes its command in TIMESLICE_REPLAY. Label and command are the same as in
 * grader/src/timeslice/grade/replay.py. */
void replay_text(char *text, size_t room, const char *suite, const char *test);

#endif
