/* fcfs.c - first come, first served.
 *
 * Spec: spec/scheduler.md, area FCFS.
 * No function of the public header belongs in this file. You can put functions here that your engine calls. You can
 * also do it in your own way and leave this file as it is.
 *
 * - SCH-FCFS-001 the job that became ready first
 * - SCH-FCFS-002 a burst is one slice
 * - SCH-FCFS-003 back from I/O: behind the others
 */
#include <timeslice/scheduler.h>
