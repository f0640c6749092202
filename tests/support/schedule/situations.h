/* situations.h - what a run of the model has met, so that a test can choose the workloads that its clause is about. */
#ifndef SUPPORT_SCHEDULE_SITUATIONS_H
#define SUPPORT_SCHEDULE_SITUATIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What a run of the model has met. The names say what happens at one instant, or to one job. */
enum situation {
    TWO_ARRIVALS = 1 << 0,
    TWO_BACK = 1 << 1, /* two jobs come back from I/O at one instant */
    TWO_EXPIRED = 1 << 2,
    BACK_AND_ARRIVAL = 1 << 4,
    EXPIRED_AND_COMER = 1 << 5, /* a quantum expires while a job arrives or comes back from I/O */
    BOOST_AND_COMER = 1 << 6,
    BOOST_AND_EXPIRED = 1 << 7,
    END_AND_MORE = 1 << 8, /* a burst ends, and at this instant there is more than ends and dispatches */
    EXACT_END = 1 << 9,    /* the last burst ends exactly with the quantum */
    EXACT_BLOCK = 1 << 10, /* another burst ends exactly with the quantum */
    BACK_BELOW = 1 << 12,  /* a job comes back from I/O on a level below the first */
    BACK_USED = 1 << 13,   /* a job comes back from I/O with a part of its quantum used */
    ARRIVAL_BESIDE = 1 << 14,
    SUNK = 1 << 16,          /* a job goes to the next level */
    AT_THE_BOTTOM = 1 << 17, /* a quantum expires at the last level */
    BOOST_BLOCKED = 1 << 18,
    BOOST_ORDER = 1 << 19,  /* a boost meets jobs on two levels */
    BOOST_DEEP = 1 << 20,   /* a boost meets jobs on two levels below the first */
    BOOST_ON_CPU = 1 << 21, /* a boost meets a job on a CPU */
    ABANDONED = 1 << 23,    /* a context switch does not lead to a slice */
    EQUAL_CHOICE = 1 << 24, /* SJF, HRRN: the first two jobs are equal */
    IDLE_CHOICE = 1 << 25,  /* a job finds two idle CPUs */
    PREEMPTED_BY_ARRIVAL = 1 << 26,
    PREEMPTED_BY_OTHER = 1 << 27,
    PREEMPTED_BESIDE = 1 << 28,       /* another job waits on the level of a preempted job */
    PREEMPTED_USED = 1 << 29,         /* a preempted job has used a part of its quantum */
    PREEMPTED_ONE_OF_EQUALS = 1 << 30 /* another job on a CPU has the level of the preempted job */
};

/* A job cannot use up such a quantum, because random bursts are shorter. */
#define LONG_QUANTUM 90

/* Each of these is the subject of a clause of its own. */
#define COINCIDENCES                                                                                                   \
    (TWO_ARRIVALS | TWO_BACK | TWO_EXPIRED | BACK_AND_ARRIVAL | EXPIRED_AND_COMER | BOOST_AND_COMER | BOOST_AND_EXPIRED)
#define EXACT (EXACT_END | EXACT_BLOCK)
#define PREEMPTED (PREEMPTED_BY_ARRIVAL | PREEMPTED_BY_OTHER)

/* The situations of the last run of the model: bits of enum situation. */
uint32_t situations(void);

/* The model counts here what happens at one instant. */
struct noted {
    int ends, backs, arrivals, expired;
    bool boosted;
};

extern struct noted noted;

void notes_clear(void);       /* a run begins */
void notes_end_instant(void); /* all steps of an instant are done */
void note(bool happens, enum situation situation);

#endif
