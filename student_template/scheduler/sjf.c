/* sjf.c - shortest job first, not preemptive.
 *
 * Spec: spec/scheduler.md, area SJF.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-SJF-001 the shortest next burst
 * - SCH-SJF-002 a running burst goes on
 * - SCH-SJF-003 only the next burst counts
 * - SCH-SJF-004 equal bursts
 */
#include <timeslice/scheduler.h>
