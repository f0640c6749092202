/* task.h - a job during a run. */
#ifndef SCHEDULER_TASK_H
#define SCHEDULER_TASK_H

#include <timeslice/scheduler.h>

/* The fields that a dispatch reads come first, so that they share one cache line. */
struct task {
    struct task *next; /* in a fifo */
    int64_t id;
    size_t rank;  /* its place among all ids; within a step of an instant the smaller rank comes first */
    int64_t left; /* ticks that are left of its burst, if that is a CPU burst */
    size_t cpu;   /* the CPU that it is on */
    enum sched_state state;

    int level;         /* MLFQ (mlfq.c); otherwise 0 */
    int64_t allotment; /* MLFQ: ticks that are left of its quantum */
    int64_t boosts;    /* MLFQ: the count of boosts for which level and allotment are right */

    int64_t since;   /* when it last became ready */
    int64_t turn;    /* its number in the order of becoming ready, over all jobs */
    bool dispatched; /* it has run */
    size_t burst;    /* the index of its burst */
    const struct sched_job *job;
    struct sched_figures *figures;
};

/* Makes the tasks of *w in order of id, so a task is tasks[rank]. Makes pointers to them in order of arrival. The
 * element figures[i] is for w->jobs[i]. The caller frees both arrays. -1: EINVAL if two jobs have the same id, or
 * ENOMEM. */
int tasks_make(const struct workload *w, struct sched_figures *figures, struct task **tasks, struct task ***arrivals);

#endif
