/* cpus.c - several CPUs, and the cost of context switches.
 *
 * Spec: spec/scheduler.md, areas SMP and SWITCH.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-SMP-001 one queue for all CPUs
 * - SCH-SMP-002 the lowest idle CPU
 * - SCH-SMP-003 never two at once
 * - SCH-SMP-004 which job is preempted
 * - SCH-SWITCH-001 the cost of a change to another job
 * - SCH-SWITCH-002 what costs nothing
 * - SCH-SWITCH-003 the quantum begins after the switch
 * - SCH-SWITCH-004 an abandoned switch
 */
#include <timeslice/scheduler.h>
