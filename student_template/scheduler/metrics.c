/* metrics.c - the figures of a finished schedule.
 *
 * Spec: spec/scheduler.md, area MET. Nothing of the public header belongs here: put the
 * functions here that your engine calls, or do it your own way and leave this file as it is.
 *
 * SCH-MET-001 completion and turnaround
 * SCH-MET-002 waiting
 * SCH-MET-003 response
 * SCH-MET-004 weighted turnaround
 * SCH-MET-005 makespan, busy, idle
 * SCH-MET-006 dispatches and preemptions
 * SCH-MET-007 sums
 * SCH-MET-008 ERANGE
 * SCH-MET-009 it adds up
 */
#include <timeslice/scheduler.h>
