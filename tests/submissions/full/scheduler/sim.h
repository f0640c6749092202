/* sim.h - what the files of the simulator share. Nothing of it is public.
 *
 * A job is known by its number: its place among all jobs sorted by id. So "by id" is "by number" everywhere.
 */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <timeslice/scheduler.h>

#define NONE SIZE_MAX /* no job */

/* ---- heap.c: a binary heap of keys, least (a, b, who) first ---- */

struct key {
    uint64_t a;
    uint64_t b;
    size_t who;
};

struct heap {
    struct key *keys;
    size_t *at; /* at[who]: where its key stands; NULL where nothing has to be removed from the middle */
    size_t count;
};

int heap_init(struct heap *h, size_t capacity, size_t removable); /* removable: a limit for who, or 0 */
void heap_free(struct heap *h);
void heap_push(struct heap *h, uint64_t a, uint64_t b, size_t who);
size_t heap_pop(struct heap *h);
void heap_remove(struct heap *h, size_t who);

/* ---- jobs and CPUs ---- */

struct job {
    const struct sched_job *in;
    size_t place;    /* in the workload */
    size_t burst;    /* index of the CPU burst that runs or is next */
    int64_t rest;    /* of that burst, as it was at the start of the present slice */
    int64_t left;    /* MLFQ: of its quantum, likewise */
    uint64_t boosts; /* MLFQ: the number of boosts that level and left know of */
    int level;       /* MLFQ */
    int64_t ready;   /* when it last became ready */
    uint64_t turn;   /* its place in the order of becoming ready */
    int64_t first;   /* the start of its first slice, -1 before */
    int64_t ended;
    size_t cpu;  /* that it is on, or holds */
    size_t next; /* behind it in its queue */
};

enum phase {
    CPU_IDLE,
    CPU_TAKEN,     /* has been given a job at this instant and will begin with it in step 7 */
    CPU_SWITCHING, /* takes up its job */
    CPU_SWITCHED,  /* has taken it up at this instant, and will begin the slice in step 7 */
    CPU_RUNNING,
    CPU_HELD /* serial: waits with its blocked job */
};

struct cpu {
    enum phase phase;
    bool listed;   /* in sim.begin */
    size_t job;    /* unless idle */
    size_t last;   /* the job of its last slice, NONE before */
    size_t record; /* index of the present slice or switch */
    int64_t start; /* of the present slice */
};

/* ---- hrrn.c: who has the largest response ratio, as time goes on ---- */

struct match {
    size_t winner;  /* of all jobs below, or NONE */
    uint64_t until; /* the first time at which somebody below may win instead */
};

struct tournament {
    struct match *matches; /* 1 is the final, the matches 2i and 2i+1 lead to i; the last half are the jobs */
    size_t size;
};

int tournament_init(struct tournament *t, size_t jobs);
void tournament_free(struct tournament *t);
void tournament_enter(struct tournament *t, const struct job *jobs, size_t j, int64_t now);
void tournament_leave(struct tournament *t, const struct job *jobs, size_t j, int64_t now);
size_t tournament_winner(struct tournament *t, const struct job *jobs, int64_t now);

/* ---- ready.c: the ready jobs ---- */

/* How the next job is chosen. With serial, RR and MLFQ are a plain queue too. */
enum choice { BY_QUEUE, BY_BURST, BY_RATIO, BY_LEVEL };

struct queue {
    size_t head, tail;
};

struct ready {
    enum choice choice;
    size_t count;
    struct queue queues[SCHED_LEVELS_MAX]; /* BY_QUEUE: [0] */
    uint64_t filled;                       /* bit i: queues[i] is not empty */
    struct heap by_burst;
    struct tournament by_ratio;
};

int ready_init(struct ready *r, enum choice choice, size_t jobs);
void ready_free(struct ready *r);
void ready_append(struct ready *r, struct job *jobs, size_t j, int64_t now);
void ready_put_back(struct ready *r, struct job *jobs, size_t j);
size_t ready_take(struct ready *r, struct job *jobs, int64_t now);
int ready_level(const struct ready *r);
void ready_raise(struct ready *r, struct job *jobs, int level_count, bool lowest_first);

/* ---- record.c: the arrays of a schedule, growing ---- */

struct record {
    struct schedule *s;
    size_t slice_room, switch_room, state_room;
};

int record_slice(struct record *r, int64_t job, size_t cpu, int level, int64_t start);
int record_switch(struct record *r, int64_t job, size_t cpu, int64_t start);
int record_change(struct record *r, int64_t time, int64_t job, enum sched_state from, enum sched_state to);

/* ---- options.c, metrics.c ---- */

/* A number to sort by, and what it is the number of. */
struct ranked {
    int64_t number;
    size_t who;
};

void rank(struct ranked *r, size_t count);

int check_options(const struct sched_options *o);
int check_jobs(const struct workload *w, struct ranked *by_id);
int check_range(const struct workload *w);
int make_figures(const struct job *jobs, size_t job_count, struct schedule *s);

static inline bool add(int64_t *sum, int64_t n) { /* false: it does not fit */
    return !__builtin_add_overflow(*sum, n, sum);
}

struct sched_fraction lowest_terms(int64_t numerator, int64_t denominator);

#endif
