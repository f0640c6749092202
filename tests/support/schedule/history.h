/* history.h - what the slices of a schedule say about the queue at one instant.
 *
 * It looks only at the schedule itself. So an earlier mistake of another kind does not make a later decision wrong. */
#ifndef SUPPORT_SCHEDULE_HISTORY_H
#define SUPPORT_SCHEDULE_HISTORY_H

#include "jobs.h"

/* How a job became ready last. */
enum came { BY_ARRIVAL, FROM_IO, BY_EXPIRY };

/* One job at one instant, before the slices that begin there. */
struct past {
    const struct sched_job *job;
    bool waits;     /* it is ready, and not on a CPU */
    int64_t since;  /* when it became ready */
    int64_t issued; /* when its last I/O began */
    int64_t next;   /* what is left of its CPU burst */
    size_t burst;   /* the index of this burst */
    enum came came;
};

/* Fills in the past of each job of w. Returns false if a slice of a job cannot be: it is too long, or the job is not
 * ready at its start. Other clauses are about that. */
bool past_of_all(const struct workload *w, const struct schedule *s, int64_t time, struct past out[static JOBS_MAX]);

/* Does a stand before b in the order of becoming ready? */
bool stands_before(const struct past *a, const struct past *b, enum sched_ties ties);

/* Must a run before b at this time? */
typedef bool goes_first(const struct past *a, const struct past *b, int64_t time, enum sched_ties ties);

/* Looks at each slice that begins. Returns true if no waiting job had to go first. The schedule has no switch cost. */
bool each_choice_is_right(const struct workload *w, const struct sched_options *o, const struct schedule *s,
                          goes_first *first);

/* NULL if each CPU burst of each job is exactly one slice. */
const char *each_burst_is_one_slice(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* NULL if each slice is as long as the quantum, or as what is left of the burst if that is less. */
const char *each_slice_is_a_quantum(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* NULL if no change from running to ready stands where a burst ends. */
const char *no_loss_at_an_end(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* NULL if no job runs although another one became ready earlier. The schedule has no switch cost. */
const char *in_order_of_becoming_ready(const struct workload *w, const struct sched_options *o,
                                       const struct schedule *s);

#endif
