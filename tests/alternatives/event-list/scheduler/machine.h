/* machine.h - the state of a simulation: jobs, CPUs, ready lists, and the record. */
#ifndef MACHINE_H
#define MACHINE_H

#include "agenda.h"

#include <timeslice/scheduler.h>

#define NOBODY ((size_t)-1)

/* A job is in at most one ready list: a chain of indices. */
struct task {
    const struct sched_job *job;
    size_t next_burst; /* index of the burst that it does now or will do next */
    int64_t left;      /* ticks of that CPU burst */
    int64_t used;      /* ticks of its quantum */
    int level;
    int64_t since;        /* when it became ready, or when it blocked */
    size_t before, after; /* its neighbours in the ready list */
    size_t cpu;           /* with serial it keeps its CPU while it is blocked */
    int64_t first_start, end;
};

struct cpu {
    size_t task, last; /* on it now; the last one that ran */
    unsigned long turn;
    bool runs, switches;
    size_t slice, change; /* indices in the record */
};

struct chain {
    size_t head, tail;
};

struct machine {
    const struct sched_options *o;
    struct task *tasks;
    size_t task_count;
    struct cpu *cpus;
    size_t cpu_count;
    struct chain ready[SCHED_LEVELS_MAX];
    struct agenda agenda;
    int64_t now, last_boost;
    bool boost_planned, dispatch_planned;
    int error; /* 0, or what stops the run */
    size_t slice_room, switch_room, state_room;
    struct schedule *out;
};

static inline bool has_levels(const struct machine *m) {
    return m->o->policy == POLICY_MLFQ && !m->o->serial;
}

static inline int64_t task_id(const struct machine *m, size_t task) {
    return m->tasks[task].job->id;
}

/* lists.c */
void chain_front(struct machine *m, int level, size_t task);
void chain_back(struct machine *m, int level, size_t task);
size_t chain_choose(struct machine *m); /* the policy's first job, or NOBODY; it stays in its list */
void chain_remove(struct machine *m, size_t task);
void chain_boost(struct machine *m); /* all levels become level 0 */

/* record.c */
void record_state(struct machine *m, size_t task, enum sched_state from, enum sched_state to);
void record_slice(struct machine *m, size_t cpu);
void record_switch(struct machine *m, size_t cpu);

/* check.c */
bool acceptable(const struct workload *w, const struct sched_options *o);

/* figures.c: 0, ENOMEM or ERANGE */
int figures(struct machine *m);

#endif
