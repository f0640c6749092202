/* sink.h - the descriptor that results go to. */
#ifndef RUNNER_SINK_H
#define RUNNER_SINK_H

#include "text.h"

#include <stdbool.h>

/* Takes fd over: moves it out of the way of the tests, close-on-exec. Returns its new number, or -1 with errno. */
int sink_open(int fd);

/* Writes all of text, and empties it. Where the reader has gone, the run is stopped (signals_stop). */
void sink_write(struct text *text);

/* Whether the reader is still there; where it is not, the run is stopped. */
bool sink_wanted(void);

#endif
