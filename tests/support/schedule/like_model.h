/* like_model.h - compares a schedule with that of the slow model (model.h). These functions are invariants.
 *
 * They excuse a schedule whose first difference is about another clause (blame.h). */
#ifndef SUPPORT_SCHEDULE_LIKE_MODEL_H
#define SUPPORT_SCHEDULE_LIKE_MODEL_H

#include "every_workload.h"

invariant runs_like_model;     /* which job runs at each tick, on which CPU */
invariant runs_on_any_cpu;     /* which jobs run at each tick; the CPU does not matter */
invariant slices_like_model;   /* also where each slice begins */
invariant levels_like_model;   /* which job runs at each tick, and at which level */
invariant switches_like_model; /* the elements of switches */
invariant states_in_order;     /* the order of the changes of state, if the slices are those of the model */

#endif
