/* effort.h - how much of its time a process spends on a processor, however busy the machine is. */
#ifndef SUPPORT_PROCESS_EFFORT_H
#define SUPPORT_PROCESS_EFFORT_H

/* The moment at which a stretch of time begins. */
struct effort {
    double began_ms;
    double used_ms;    /* processor time of this process */
    double delayed_ms; /* for which this thread was ready to run, and others ran */
};

struct effort effort_begin(void);

/* The share of the stretch that this process spent on processors, 0 to 1 where it has one thread. Time for which the
 * caller was ready and others ran does not count: whoever computes without a pause has 1, however little he got. */
double effort_share(const struct effort *begin);

#endif
