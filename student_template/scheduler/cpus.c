/* cpus.c - several CPUs, and what it costs them to change jobs.
 *
 * Spec: spec/scheduler.md, areas SMP and SWITCH. Nothing of the public header belongs here: put the
 * functions here that your engine calls, or do it your own way and leave this file as it is.
 *
 * SCH-SMP-001 one queue
 * SCH-SMP-002 the lowest idle CPU
 * SCH-SMP-003 never two at once
 * SCH-SMP-004 who is preempted
 * SCH-SWITCH-001 the cost of another job
 * SCH-SWITCH-002 what costs nothing
 * SCH-SWITCH-003 the quantum begins later
 * SCH-SWITCH-004 an abandoned switch
 */
#include <timeslice/scheduler.h>
