/* cpus.h - the CPUs: which are idle, which job is on each other CPU, and when its work ends. */
#ifndef SCHEDULER_CPUS_H
#define SCHEDULER_CPUS_H

#include "heap.h"
#include "record.h"

/* The phases of a CPU: idle, taken (its job has not begun), switching if it must, running. With serial a CPU is held
 * while its job is blocked. */
enum cpu_phase { CPU_IDLE, CPU_TAKEN, CPU_SWITCHING, CPU_RUNNING, CPU_HELD };

struct cpu {
    enum cpu_phase phase;
    struct task *task;       /* the task on it; NULL if it is idle */
    const struct task *last; /* the task that ran on it last; NULL: none yet */
    bool switched;           /* the switch to its task is over */
    int64_t since;           /* when its slice began */
    size_t entry;            /* index of its slice or switch in the record */
};

struct cpus {
    struct cpu *all;
    size_t count; /* the CPUs that are used: at most one for each job */
    int64_t switch_cost;
    struct record *record;
    struct heap idle;     /* idle CPUs: by number */
    struct heap events;   /* CPUs that switch or run: by the time when this ends, then by rank of the job */
    struct heap starting; /* CPUs that are taken: by number */
    struct heap lowest;   /* CPUs with a job: lowest level first, then largest rank */
};

/* -1: ENOMEM. Call cpus_close in both cases. */
int cpus_open(struct cpus *c, const struct sched_options *o, size_t jobs, struct record *record);
void cpus_close(struct cpus *c);

void cpus_assign(struct cpus *c, struct task *t); /* the lowest idle CPU takes t; there is one */
void cpus_resume(struct cpus *c, struct task *t); /* serial: t continues on the CPU that it holds */
int cpus_begin(struct cpus *c, size_t cpu, int64_t ticks, int64_t now); /* starts a switch, or a slice of ticks */
void cpus_switched(struct cpus *c, size_t cpu);                         /* the switch is over: its task may begin */
int64_t cpus_stop(struct cpus *c, size_t cpu, int64_t now); /* ends it; returns the ticks that its task ran */
void cpus_release(struct cpus *c, size_t cpu);              /* after cpus_stop: the CPU is idle */
void cpus_hold(struct cpus *c, size_t cpu);                 /* after cpus_stop: serial, its task is blocked */

#endif
