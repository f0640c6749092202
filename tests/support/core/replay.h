/* replay.h - the command that runs one test of plain libcriterion's bank alone, as it has to be typed. */
#ifndef SUPPORT_CORE_REPLAY_H
#define SUPPORT_CORE_REPLAY_H

#include <stddef.h>

enum { REPLAY_BYTES = 20 * 1024 }; /* enough for the longest path with each byte of it spelt out */

/* "run again: " and the command with the run's seed, cut where room is short. Label and command of `make check`,
 * which it passes in TIMESLICE_REPLAY, are those of grader/src/timeslice/report/replay.py. */
void replay_text(char *text, size_t room, const char *suite, const char *test);

#endif
