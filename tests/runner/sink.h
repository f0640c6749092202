/* sink.h - the descriptor for results. */
#ifndef RUNNER_SINK_H
#define RUNNER_SINK_H

#include "text.h"

#include <stdbool.h>

/* Takes fd over. Moves it to a number that the tests do not use, with close-on-exec. Returns the new number, or -1 with
 * errno. */
int sink_open(int fd);

/* Writes all of text, and makes it empty. If the reader has gone, the run is stopped (signals_stop). */
void sink_write(struct text *text);

/* Whether the reader is still there. If not, the run is stopped. */
bool sink_wanted(void);

#endif
