/* views.h - what timeslice-sched prints, for people and for other programs. Each function writes to out. The caller
 * checks ferror(out). */
#ifndef SCHEDULER_VIEWS_H
#define SCHEDULER_VIEWS_H

#include <timeslice/batch.h>
#include <timeslice/scheduler.h>

/* A schedule with the name of its policy: "mlfq", "rr" ... */
struct named_schedule {
    const char *policy;
    struct schedule schedule;
};

struct named_batch {
    const char *era;
    struct batch_result result;
};

/* spec/schedule.schema.json describes it. */
void view_json(const struct named_schedule *s, FILE *out);

/* A picture in one file, with one row for each CPU. */
void view_svg(const struct named_schedule *s, FILE *out);

/* The Gantt chart, with or without colours. A line has at most width characters, unless one box alone is longer.
 * -1: ENOMEM. */
int view_chart(const struct schedule *s, int width, bool colour, FILE *out);

/* The figures of each job, their means, and the totals. */
void view_figures(const struct schedule *s, FILE *out);

/* One line for each schedule: means and totals. */
void view_comparison(const struct named_schedule *schedules, size_t count, FILE *out);

/* One line for each era: end, utilisation and the completion of each job. ids[i] is the id of job i. */
void view_eras(const struct named_batch *batches, size_t count, const int64_t *ids, FILE *out);

#endif
