/* blame.h - which clauses can a wrong schedule break?
 *
 * Up to the first instant at which a schedule differs from that of the slow model, both have the same past. So what the
 * model knows about this instant says which rule decides there. Differences after it are only consequences. */
#ifndef SUPPORT_SCHEDULE_BLAME_H
#define SUPPORT_SCHEDULE_BLAME_H

#include "jobs.h"

/* Is the first difference about other clauses than that of the running test? False if there is no difference, or if
 * the schedule does not do all the work of the workload. The model must be able to play the workload. A test that uses
 * this must also see right schedules: see every_workload.h and charts.c. */
bool another_clause_is_broken(const struct workload *w, const struct sched_options *o, const struct schedule *s);

/* Does the schedule differ from that of the model? */
bool is_another(const struct workload *w, const struct sched_options *o, const struct schedule *s);

#endif
