/* options.c - refuses wrong options and wrong workloads.
 *
 * Spec: spec/scheduler.md, area OPT.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-OPT-001 policy and ties
 * - SCH-OPT-002 quanta and levels
 * - SCH-OPT-003 CPUs, switch cost and boost
 * - SCH-OPT-004 jobs
 * - SCH-OPT-005 no jobs at all
 */
#include <timeslice/scheduler.h>
