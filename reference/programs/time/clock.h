/* clock.h - the command `clock`: a clock of its own, which a time server corrects. */
#ifndef TIMESLICE_TIME_CLOCK_H
#define TIMESLICE_TIME_CLOCK_H

/* Runs the command. Returns the exit status. */
int keep_time(int argc, char **argv);

#endif
