/* views.h - a schedule for the eye and for other programs: what timeslice-sched prints. Each function writes to out and
 * leaves it to the caller to look at ferror(out). */
#ifndef SCHEDULER_VIEWS_H
#define SCHEDULER_VIEWS_H

#include <timeslice/batch.h>
#include <timeslice/scheduler.h>

/* A schedule with the name of what made it: "mlfq", "rr" ... */
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

/* A picture of its own: one row for each CPU. */
void view_svg(const struct named_schedule *s, FILE *out);

/* The Gantt chart in lines of at most width characters (longer where one box alone is), in colour or not.
 * -1: ENOMEM. */
int view_chart(const struct schedule *s, int width, bool colour, FILE *out);

/* Each job's figures, their means, and the totals. */
void view_figures(const struct schedule *s, FILE *out);

/* One line for each schedule: means and totals. */
void view_comparison(const struct named_schedule *schedules, size_t count, FILE *out);

/* One line for each era: utilisation, end, and every job's completion. ids[i] is the id of job i. */
void view_eras(const struct named_batch *batches, size_t count, const int64_t *ids, FILE *out);

#endif
