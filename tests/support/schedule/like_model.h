/* like_model.h - compares a schedule with that of the slow model (model.h). These functions are invariants.
 *
 * They return NULL if the schedule has a mistake of a simpler kind (audit.h), for example a CPU that is idle beside a
 * ready job. Other clauses are about that. */
#ifndef SUPPORT_SCHEDULE_LIKE_MODEL_H
#define SUPPORT_SCHEDULE_LIKE_MODEL_H

#include "every_workload.h"

invariant runs_like_model;     /* which job runs at each tick, on which CPU */
invariant runs_on_any_cpu;     /* which jobs run at each tick; the CPU does not matter */
invariant slices_like_model;   /* also where each slice begins */
invariant levels_like_model;   /* which job runs at each tick, and at which level */
invariant switches_like_model; /* the elements of switches */
invariant states_like_model;   /* the changes of state, if the slices are those of the model */

/* NULL if each job runs only when it may, and no CPU is idle beside a ready job (if there is no switch cost). */
invariant simply_sound;

#endif
