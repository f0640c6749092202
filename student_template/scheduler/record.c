/* record.c - records slices, context switches and changes of state.
 *
 * Spec: spec/scheduler.md, area STATE.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-STATE-001 every change of state
 * - SCH-STATE-002 blocked to ready, then ready to running
 * - SCH-STATE-003 running to ready
 * - SCH-STATE-004 the order
 * - SCH-STATE-005 one chain for each job
 */
#include <timeslice/scheduler.h>
