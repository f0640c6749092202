/* cpus.h - the CPUs: which are idle, what is on the others, and when something happens there next. */
#ifndef SCHEDULER_CPUS_H
#define SCHEDULER_CPUS_H

#include "heap.h"
#include "record.h"

/* A CPU's way: idle, taken (by a job that has not begun), perhaps switching, running; serial: held while its job is
 * blocked. */
enum cpu_phase { CPU_IDLE, CPU_TAKEN, CPU_SWITCHING, CPU_RUNNING, CPU_HELD };

struct cpu {
    enum cpu_phase phase;
    struct task *task;       /* who is on it; NULL where it is idle */
    const struct task *last; /* who ran on it last; NULL: nobody yet */
    bool switched;           /* the switch to its task is over */
    int64_t since;           /* when its slice began */
    size_t entry;            /* index of its slice or switch in the record */
};

struct cpus {
    struct cpu *all;
    size_t count; /* those that can ever be used: no more than there are jobs */
    int64_t switch_cost;
    struct record *record;
    struct heap idle;     /* by number */
    struct heap events;   /* those switching and running: by the time that this ends, then by rank of the job */
    struct heap starting; /* those taken: by number */
    struct heap lowest;   /* those with a job: lowest level first, then largest rank */
};

/* -1: ENOMEM. cpus_close is needed in either case. */
int cpus_open(struct cpus *c, const struct sched_options *o, size_t jobs, struct record *record);
void cpus_close(struct cpus *c);

void cpus_assign(struct cpus *c, struct task *t);                       /* the lowest idle CPU takes t; there is one */
void cpus_resume(struct cpus *c, struct task *t);                       /* serial: t goes on on the CPU that it holds */
int cpus_begin(struct cpus *c, size_t cpu, int64_t ticks, int64_t now); /* starts a switch, or a slice of ticks */
void cpus_switched(struct cpus *c, size_t cpu);                         /* the switch is over: its task may begin */
int64_t cpus_stop(struct cpus *c, size_t cpu, int64_t now); /* ends that; returns the ticks that its task ran */
void cpus_release(struct cpus *c, size_t cpu);              /* after cpus_stop: the CPU is idle */
void cpus_hold(struct cpus *c, size_t cpu);                 /* after cpus_stop: serial, its task is blocked */

#endif
