/* fcfs.c - first come, first served.
 *
 * Spec: spec/scheduler.md, area FCFS. Nothing of the public header belongs here: put the
 * functions here that your engine calls, or do it your own way and leave this file as it is.
 *
 * SCH-FCFS-001 in order of becoming ready
 * SCH-FCFS-002 a burst is one slice
 * SCH-FCFS-003 back from I/O: behind the others
 */
#include <timeslice/scheduler.h>
