/* effort.h - the share of its time in which a process uses a processor. A busy machine does not change it. */
#ifndef SUPPORT_PROCESS_EFFORT_H
#define SUPPORT_PROCESS_EFFORT_H

/* The clocks at the beginning of a measurement. */
struct effort {
    double began_ms;
    double used_ms;    /* processor time of this process */
    double delayed_ms; /* time in which this thread was ready and others ran */
};

struct effort effort_begin(void);

/* The share of the time since begin in which this process used processors. With one thread it is between 0 and 1. Time
 * in which the caller was ready and others ran does not count. So a caller that computes without a pause has 1, also if
 * the machine is busy. */
double effort_share(const struct effort *begin);

#endif
