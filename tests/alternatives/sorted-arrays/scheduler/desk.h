/* desk.h - what the files of the simulator share.
 *
 * All jobs wait in arrays that are always in the right order: the line of ready jobs, the jobs that wait for I/O, and
 * the jobs that have not arrived. Who is next stands in front. Times are unsigned, so the sum of two never overflows.
 */
#ifndef DESK_H
#define DESK_H

#include <timeslice/scheduler.h>

typedef uint64_t when;

#define NEVER UINT64_MAX

struct client {
    const struct sched_job *job;
    size_t place; /* in the workload */
    size_t burst; /* the number of bursts that are done */
    when rest;    /* of its CPU burst */
    when share;   /* what is left of its quantum */
    when stamp;   /* ready since then, or blocked since then */
    when back;    /* from I/O */
    int level;
};

/* An array of jobs, the first one in front. It has room for all of them. */
struct line {
    struct client **at;
    size_t length;
};

enum phase { FREE, CHOSEN, CHANGING, COMPUTING, KEPT };

struct seat { /* a CPU */
    enum phase phase;
    struct client *holder;
    const struct sched_job *last;
    when since, until;
};

/* Three streams into memory. Closing them makes the arrays of the schedule. */
struct diary {
    FILE *slices, *switches, *states;
    size_t slice_bytes, switch_bytes, state_bytes;
    bool is_full; /* something could not be written */
};

struct desk {
    const struct sched_options *o;
    bool levels; /* MLFQ and not serial */
    struct client *entries;
    size_t count, arrived;
    struct client **arrivals, **spare;
    struct line ready, waiting;
    struct seat *seats;
    size_t seat_count;
    struct diary diary;
    when now;
    struct schedule *out;
};

/* line.c */
void line_put(struct line *line, size_t where, struct client *e);
struct client *line_take(struct line *line, size_t where);

/* policies.c: where the next job is in the line of ready jobs, and where a job goes. */
size_t next_in_line(const struct desk *d);
size_t place_behind(const struct desk *d, const struct client *e);
size_t place_in_front(const struct desk *d, const struct client *e);
void boost_line(struct desk *d);
void fill_share(const struct desk *d, struct client *e);

/* diary.c */
int diary_open(struct desk *d);
int diary_close(struct desk *d); /* 0, or -1 if something could not be written */
void write_slice(struct desk *d, size_t seat);
void write_switch(struct desk *d, size_t seat);
void write_change(struct desk *d, const struct client *e, enum sched_state from, enum sched_state to);

/* sums.c: 0 or an errno */
int fill_figures(const struct workload *w, struct schedule *s);

/* refuse.c: 0 or EINVAL */
int refuse(const struct workload *w, const struct sched_options *o);

/* The numerator and denominator are positive. */
struct sched_fraction shorten(int64_t numerator, int64_t denominator);

#endif
