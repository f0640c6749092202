/* options.c - refuses options and workloads that make no sense.
 *
 * Spec: spec/scheduler.md, area OPT. Nothing of the public header belongs here: put the
 * functions here that your engine calls, or do it your own way and leave this file as it is.
 *
 * SCH-OPT-001 policy and ties
 * SCH-OPT-002 quanta and levels
 * SCH-OPT-003 CPUs, switch cost, boost
 * SCH-OPT-004 jobs
 * SCH-OPT-005 no jobs at all
 */
#include <timeslice/scheduler.h>
