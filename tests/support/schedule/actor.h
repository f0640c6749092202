/* actor.h - a job in the slow model, and how it got its place in the queue. */
#ifndef SUPPORT_SCHEDULE_ACTOR_H
#define SUPPORT_SCHEDULE_ACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <timeslice/scheduler.h>

/* How a job got its place in the queue. */
enum way { ARRIVED, BACK, EXPIRED, PUT_BACK };

struct actor {
    const struct sched_job *job;
    enum sched_state state;
    size_t burst;
    int64_t left, used, ready_since, io_since, io_until;
    int64_t turn;  /* the order of becoming ready */
    int64_t place; /* MLFQ: its place within its level */
    int level, cpu;
    enum way way;
    int64_t placed;    /* when it got its place in this way */
    int64_t boosted;   /* when a boost gave it another place after that, or -1 */
    int before;        /* its level before this boost */
    bool off_cpu;      /* this boost took it off its CPU */
    bool switching;    /* it lost its CPU during a switch, or at its end */
    bool boosted_away; /* a boost came during its last I/O */
    bool exact;        /* its last burst ended exactly with the quantum */
    bool bottom;       /* its last quantum expired at the last level */
};

#define WATCHED_JOBS 26

/* The model says which step comes next, from 0 on. */
void watch(int64_t time, int step, const struct actor *actors, size_t count);

/* The next runs of the model keep all jobs as they are at this time. */
void model_watch(int64_t time);

/* The job as it was at that time in the last run: before the step "dispatch", or before all steps. */
const struct actor *model_actor(int64_t job, bool dispatching);

#endif
