/* compare.h - the same sends over UDP and over TCP on the loopback, side by side. */
#ifndef TIMESLICE_COMPARE_H
#define TIMESLICE_COMPARE_H

#include <stdio.h>

/* Runs the experiments of area CMP, and draws to out what was sent and what really came. Returns 0, or -1 and errno. */
int compare(FILE *out);

#endif
