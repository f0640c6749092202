/* record.c - writes down slices, context switches and changes of state.
 *
 * Spec: spec/scheduler.md, area STATE. Nothing of the public header belongs here: put the
 * functions here that your engine calls, or do it your own way and leave this file as it is.
 *
 * SCH-STATE-001 every change
 * SCH-STATE-002 blocked, ready, running
 * SCH-STATE-003 running to ready
 * SCH-STATE-004 the order
 * SCH-STATE-005 one chain for each job
 */
#include <timeslice/scheduler.h>
