/* task.h - a job on its way through the machine. */
#ifndef SCHEDULER_TASK_H
#define SCHEDULER_TASK_H

#include <timeslice/scheduler.h>

/* What a dispatch looks at stands first, so that it is one line of the cache. */
struct task {
    struct task *next; /* in a fifo */
    int64_t id;
    size_t rank;  /* its place among all ids: what decides between two jobs of one class at one instant */
    int64_t left; /* ticks that are left of its burst, where that is a CPU burst */
    size_t cpu;   /* the CPU that it is on */
    enum sched_state state;

    int level;         /* MLFQ (mlfq.c); otherwise 0 */
    int64_t allotment; /* MLFQ: ticks that are left of its quantum */
    int64_t boosts;    /* MLFQ: how many boosts there had been when level and allotment were right */

    int64_t since;   /* when it last became ready */
    int64_t turn;    /* the how-manieth it was to become ready, over all jobs */
    bool dispatched; /* it has run */
    size_t burst;    /* which burst it is in */
    const struct sched_job *job;
    struct sched_figures *figures;
};

/* Tasks of *w in order of id (so tasks[rank]), and pointers to them in order of arrival. figures[i] is for w->jobs[i].
 * The caller frees both. -1: EINVAL two jobs share an id; ENOMEM. */
int tasks_make(const struct workload *w, struct sched_figures *figures, struct task **tasks, struct task ***arrivals);

#endif
